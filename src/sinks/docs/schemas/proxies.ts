import type { XdsBlock } from '../../../model/proxy-row.ts';
import type { StateChange } from '../../../model/sync-history.ts';
import { VERDICTS } from '../../../model/sync-history.ts';
import { SYNC_STATES } from '../../../model/xds.ts';
import type { ProxiesDocument, ProxyDocument, TypeDocument } from '../../report/proxy-status-json.ts';
import { list, nullable, object, optional, record, type Schema, share, text, time, word } from './schema.ts';

const changeState: Schema<StateChange['from']> = word([...SYNC_STATES, 'MISSING', 'ABSENT']);

const type: Schema<TypeDocument> = object<TypeDocument>({
  state: word(SYNC_STATES),
  since: nullable(time('Acknowledged then, or not acknowledged since.')),
  error: optional(text("The proxy's own words for a rejection.")),
  reason: optional(text('Bounded class of `error`.')),
});

const block: Schema<XdsBlock> = object<XdsBlock>({
  policyNamespace: text(),
  policy: text(),
  direction: word(['egress', 'ingress']),
  others: list(text(), 'Policies that isolate it too, as `namespace/name`.'),
  dnsBlocked: optional({ json: { const: true } } as Schema<true>),
  otherEngines: optional(list(text(), 'API groups of other policy engines in the cluster.')),
});

const proxy: Schema<ProxyDocument> = object<ProxyDocument>({
  namespace: text(),
  proxy: text('Pod name.'),
  istiod: nullable(text('Which istiod it is connected to, or was last.')),
  state: word([...SYNC_STATES, 'MISSING'], 'Worst over types; MISSING: it runs and no istiod lists it.'),
  types: record(type, 'By xDS type: `cds lds rds eds …`.'),
  cluster: text(),
  workload: text(),
  proxyType: word(['sidecar', 'router', 'waypoint', 'ztunnel', 'agentgateway', 'unknown']),
  version: nullable(text("The proxy's Istio version.")),
  revision: nullable(text()),
  verdict: word(VERDICTS),
  outOfSyncSince: nullable(time('Since when it has not held current configuration.')),
  outOfSyncOrigin: nullable(text('`observed`, `restored` over a restart, or `first_seen`: it may have begun earlier.')),
  missingSince: nullable(time('No istiod lists it since.')),
  endpointAckedRatio: nullable(share('Only from very old istiods.')),
  blockedBy: nullable(block),
  changes: list(
    object<ProxyDocument['changes'][number]>({
      at: time(),
      xdsType: nullable(text()),
      from: changeState,
      to: changeState,
    }),
    'Newest last.',
  ),
});

export const proxies: Schema<ProxiesDocument> = object<ProxiesDocument>({
  at: time('What all of it is true of.'),
  proxies: list(proxy, 'By namespace and name.'),
});
