import { bodyNumber, bodyObject, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import type { EnvoyAddress } from '../../model/envoy-endpoint.ts';

const UNKNOWN: EnvoyAddress = { address: 'unknown', port: undefined };

/** An `Address` of Envoy's, in istioctl's words. */
export function decodeAddress(body: EnvoyBody | undefined): EnvoyAddress {
  const socket = bodyObject(body, 'socket_address');
  if (socket !== undefined)
    return { address: bodyText(socket, 'address') ?? '', port: bodyNumber(socket, 'port_value') };
  const path = bodyText(bodyObject(body, 'pipe'), 'path');
  if (path !== undefined) return { address: `unix://${path}`, port: undefined };
  const inner = bodyObject(body, 'envoy_internal_address');
  const listener = bodyText(inner, 'server_listener_name');
  if (listener === undefined) return UNKNOWN;
  return { address: `envoy://${listener}/${bodyText(inner, 'endpoint_id') ?? ''}`, port: undefined };
}
