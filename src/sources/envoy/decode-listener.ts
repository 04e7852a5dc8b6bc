import { bodyFlag, bodyObject, bodyObjects, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import type { EnvoyListener } from '../../model/envoy-listener.ts';
import type { EnvoyState } from '../../model/envoy-resource.ts';
import { decodeAddress } from './decode-address.ts';
import { decodeFilterChain } from './decode-filter-chain.ts';

/** A `Listener` of Envoy's. */
export function decodeListener(body: EnvoyBody, state: EnvoyState): EnvoyListener {
  const fallback = bodyObject(body, 'default_filter_chain');
  const chains = bodyObjects(body, 'filter_chains').map((chain) => decodeFilterChain(chain, 'matching'));
  return {
    name: bodyText(body, 'name') ?? '',
    state,
    body,
    addresses: [
      decodeAddress(bodyObject(body, 'address')),
      ...bodyObjects(body, 'additional_addresses').map((each) => decodeAddress(bodyObject(each, 'address'))),
    ],
    direction: bodyText(body, 'traffic_direction') ?? '',
    filterChains: fallback === undefined ? chains : [...chains, decodeFilterChain(fallback, 'default')],
    usesOriginalDst: bodyFlag(body, 'use_original_dst'),
  };
}
