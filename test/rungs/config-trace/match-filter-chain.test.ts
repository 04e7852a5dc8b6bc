import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EnvoyListener } from '../../../src/model/envoy-listener.ts';
import { matchFilterChain, type TracedConnection } from '../../../src/rungs/config-trace/match-filter-chain.ts';
import { chainOf, dumpOf, listener, tcp } from '../../support/traced-mesh.ts';

const PLAIN: TracedConnection = {
  port: 80,
  address: '10.0.0.7',
  sni: '',
  transport: 'raw_buffer',
  applicationProtocols: ['http/1.1'],
};
const TLS: TracedConnection = { ...PLAIN, transport: 'tls', sni: 'a.b.c', applicationProtocols: ['h2', 'http/1.1'] };

async function listenerOf(matches: Readonly<Record<string, object>>, fallback = false): Promise<EnvoyListener> {
  const chains = Object.entries(matches).map(([name, match]) => chainOf(tcp({ cluster: name }), match, name));
  const more = fallback ? { default_filter_chain: chainOf(tcp({ cluster: 'x' }), undefined, 'default') } : {};
  const { config } = await dumpOf({ listeners: [listener('l', '0.0.0.0', 80, { filter_chains: chains, ...more })] });
  const [found] = config?.listeners ?? [];
  assert.ok(found);
  return found;
}

const range = (address_prefix: string, prefix_len: number): object => ({
  prefix_ranges: [{ address_prefix, prefix_len }],
});

const CASES: readonly (readonly [
  what: string,
  matches: Readonly<Record<string, object>>,
  connection: TracedConnection,
  chain: string | undefined,
])[] = [
  ['a port before none', { any: {}, port: { destination_port: 80 } }, PLAIN, 'port'],
  ['none where the port is another', { any: {}, port: { destination_port: 81 } }, PLAIN, 'any'],
  ['nothing, where no chain fits', { port: { destination_port: 81 } }, PLAIN, undefined],
  ['the longest prefix', { a: range('10.0.0.0', 8), b: range('10.0.0.0', 24), c: range('10.9.0.0', 16) }, PLAIN, 'b'],
  ['no prefix of an unknown address', { a: range('10.0.0.0', 8), b: {} }, { ...PLAIN, address: undefined }, 'b'],
  ['a whole name', { a: { server_names: ['*.b.c'] }, b: { server_names: ['a.b.c'] } }, TLS, 'b'],
  ['the longest end of a name', { a: { server_names: ['*.c'] }, b: { server_names: ['*.b.c'] } }, TLS, 'b'],
  ['no name where none fits', { a: { server_names: ['x'] }, b: {} }, TLS, 'b'],
  ['a transport', { a: {}, b: { transport_protocol: 'tls' } }, TLS, 'b'],
  ['another transport', { b: { transport_protocol: 'tls' } }, PLAIN, undefined],
  [
    'what is offered first',
    { a: { application_protocols: ['http/1.1'] }, b: { application_protocols: ['h2'] } },
    TLS,
    'b',
  ],
  ['a protocol before none', { a: {}, b: { application_protocols: ['http/1.1', 'h2c'] } }, PLAIN, 'b'],
  ['no client in particular', { a: { source_type: 'EXTERNAL' }, b: {} }, PLAIN, 'b'],
  [
    'no way back from a port that fits',
    { a: { destination_port: 80, transport_protocol: 'tls' }, b: {} },
    PLAIN,
    undefined,
  ],
];
for (const [what, matches, connection, chain] of CASES) {
  test(`takes ${what}`, async () => {
    assert.equal(matchFilterChain(await listenerOf(matches), connection)?.name, chain);
    assert.equal(matchFilterChain(await listenerOf(matches, true), connection)?.name, chain ?? 'default');
  });
}
