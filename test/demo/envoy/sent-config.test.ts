import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import type { Body } from '../../../src/demo/envoy/body.ts';
import { type MeshView, meshReader, type ViewPod } from '../../../src/demo/envoy/mesh-view.ts';
import { type SentConfig, sentConfig } from '../../../src/demo/envoy/sent-config.ts';
import type { NewObject } from '../../../src/demo/kube/object.ts';
import { createObjectStore, type ObjectStore } from '../../../src/demo/kube/store.ts';
import { fillStore } from '../../../src/demo/mesh/fill-store.ts';
import { canaryObject, istioObject } from '../../../src/demo/mesh/istio-objects.ts';
import { podName, WORKLOADS, type WorkloadName } from '../../../src/demo/mesh/workloads.ts';
import { readEnvoyAnswer } from '../../../src/sources/envoy/read-answer.ts';

function meshStore(): ObjectStore {
  const store = createObjectStore();
  fillStore(store, [], Date.now());
  return store;
}

function viewed(store: ObjectStore, name: WorkloadName): { readonly view: MeshView; readonly pod: ViewPod } {
  const view = meshReader(store)();
  const pod = view.pod(WORKLOADS[name].namespace, podName(WORKLOADS[name]));
  assert.ok(pod);
  return { view, pod };
}

function sentTo(name: WorkloadName, store = meshStore()): SentConfig {
  const { view, pod } = viewed(store, name);
  return sentConfig(view, pod, WORKLOADS[name].proxy === 'router' ? 'router' : 'sidecar');
}

const namesOf = (resources: readonly Body[]): string[] =>
  resources.map((each) => String(each['name'] ?? each['cluster_name']));

function named(resources: readonly Body[], name: string): Body {
  const found = resources.find((each) => (each['name'] ?? each['cluster_name']) === name);
  assert.ok(found, `${name} is not among ${namesOf(resources)}`);
  return found;
}

/** The same of the real Envoy of checkout, which held the same objects, with the weights 90/10. */
const RECORDED = new URL(
  '../../fixtures/envoy/healthy/checkout-v1-5c7d8e9f6b-qw4rt.payment.envoy.json.gz',
  import.meta.url,
);

function recorded(list: string, path: readonly string[], name: string): unknown {
  const { configs } = JSON.parse(gunzipSync(readFileSync(RECORDED)).toString());
  for (const entry of configs.flatMap((each: Record<string, unknown[]>) => each[list] ?? [])) {
    const body = path.reduce((inner, key) => inner?.[key], entry);
    if ((body?.name ?? body?.cluster_name) === name) return body;
  }
  return assert.fail(`${name} was not recorded`);
}

/** What the demo leaves out: it traces nothing, and its node does not say where it is. */
const LEFT_OUT = ['tracing', 'request_id_extension', 'health_check_config', 'policy', 'locality'];

function comparable(body: unknown): unknown {
  const text = JSON.stringify(body, (key, value) => {
    if (key === 'locality') return {};
    return LEFT_OUT.includes(key) ? undefined : value;
  });
  return JSON.parse(text);
}

describe('what istiod sends', () => {
  const store = meshStore();
  store.update(canaryObject({ v1: 90, v2: 10 }));
  const checkout = sentTo('checkout', store);
  const payment = 'payment-svc.payment.svc.cluster.local';
  const tables = [
    ['cds', 'dynamic_active_clusters', ['cluster'], `outbound|8080|v1|${payment}`],
    ['cds', 'dynamic_active_clusters', ['cluster'], `outbound|8080||${payment}`],
    ['cds', 'dynamic_active_clusters', ['cluster'], 'outbound|8080||checkout.payment.svc.cluster.local'],
    ['cds', 'dynamic_active_clusters', ['cluster'], 'inbound|8080||'],
    ['cds', 'dynamic_active_clusters', ['cluster'], 'BlackHoleCluster'],
    ['cds', 'dynamic_active_clusters', ['cluster'], 'PassthroughCluster'],
    ['cds', 'dynamic_active_clusters', ['cluster'], 'InboundPassthroughCluster'],
    ['eds', 'dynamic_endpoint_configs', ['endpoint_config'], `outbound|8080|v2|${payment}`],
    ['eds', 'dynamic_endpoint_configs', ['endpoint_config'], 'outbound|8080||ghost.payment.svc.cluster.local'],
    ['lds', 'dynamic_listeners', ['active_state', 'listener'], '0.0.0.0_8080'],
    ['lds', 'dynamic_listeners', ['active_state', 'listener'], '10.96.2.10_5432'],
    ['lds', 'dynamic_listeners', ['active_state', 'listener'], '10.96.3.1_15021'],
    ['lds', 'dynamic_listeners', ['active_state', 'listener'], 'virtualOutbound'],
    ['rds', 'dynamic_route_configs', ['route_config'], 'istio-ingressgateway.istio-system.svc.cluster.local:15021'],
  ] as const;
  for (const [type, list, path, name] of tables) {
    test(`${name} (${type}) is as a real Envoy had it`, () => {
      assert.deepEqual(comparable(named(checkout[type], name)), comparable(recorded(list, path, name)));
    });
  }

  test('the canary is routed by the name and the weights of its VirtualService', () => {
    const hostOf = (config: unknown): Body =>
      named((config as { readonly virtual_hosts: readonly Body[] }).virtual_hosts, `${payment}:8080`);
    const [made, real] = [
      hostOf(named(checkout.rds, '8080')),
      hostOf(recorded('dynamic_route_configs', ['route_config'], '8080')),
    ];
    assert.deepEqual(withoutOrder(made), withoutOrder(real));
  });

  test('a destination of weight 0 is left out where there are others', () => {
    const text = JSON.stringify(named(sentTo('checkout').rds, '8080'));
    assert.match(text, /"name":"outbound\|8080\|v1\|payment-svc[^"]*","weight":100/);
    assert.doesNotMatch(text, /outbound\|8080\|v2\|/);
  });
});

/** istiod writes a host's names in the order of a map. */
function withoutOrder(host: Body): unknown {
  const { domains, routes } = host as { readonly domains: readonly string[]; readonly routes: readonly Body[] };
  return { ...host, domains: domains.toSorted(), routes: routes.map(({ decorator: _, ...route }) => route) };
}

test('one port takes mTLS alone or plain text too, as the nearest PeerAuthentication says', () => {
  const transports = (name: WorkloadName, store?: ObjectStore): string[] => {
    const inbound = named(sentTo(name, store).lds, 'virtualInbound');
    const port = WORKLOADS[name].port;
    return (inbound['filter_chains'] as readonly Body[])
      .map((chain) => chain['filter_chain_match'] as Record<string, unknown>)
      .filter((match) => match['destination_port'] === port)
      .map((match) => String(match['transport_protocol']));
  };
  assert.deepEqual(transports('paymentV1'), ['tls']);
  assert.deepEqual(transports('details'), ['tls', 'raw_buffer']);
  const store = meshStore();
  const selector = { matchLabels: { app: 'details' } };
  const off: NewObject = istioObject('security.istio.io/v1', 'PeerAuthentication', 'bookinfo/off', {
    selector,
    mtls: { mode: 'DISABLE' },
  });
  store.create(off);
  assert.deepEqual(transports('details', store), ['raw_buffer']);
});

test('policies are filters of those they select, and of nobody else', () => {
  const inbound = (name: WorkloadName): string => JSON.stringify(named(sentTo(name).lds, 'virtualInbound'));
  assert.match(inbound('paymentV1'), /ns\[payment\]-policy\[payment-deny-admin\]-rule\[0\]/);
  assert.match(inbound('paymentV1'), /spiffe:\/\/cluster\.local\/ns\/payment\/sa\/checkout/);
  assert.doesNotMatch(inbound('checkout'), /envoy\.filters\.http\.rbac/);
  assert.match(inbound('reviewsV2'), /rig\.does\.not\.exist/);
  assert.doesNotMatch(inbound('reviewsV1'), /rig\.does\.not\.exist/);
  assert.match(inbound('details'), /json_format/);
});

test('a gateway is sent what its Gateways and the VirtualServices bound to them say', () => {
  const { lds, rds, cds } = sentTo('gateway');
  assert.deepEqual(namesOf(lds), ['0.0.0.0_8080']);
  assert.deepEqual(namesOf(rds), ['http.8080']);
  assert.match(JSON.stringify(rds), /"domains":\["bookinfo\.example\.com"\].*outbound\|9080\|\|productpage\.bookinfo/);
  assert.ok(!namesOf(cds).some((name) => name.startsWith('inbound')));
});

test('replicas of one workload are sent the same', () => {
  assert.deepEqual(sentTo('reviewsV1Twin'), sentTo('reviewsV1'));
});

test('who decodes answers of Envoy decodes all of it', async () => {
  const names = (Object.keys(WORKLOADS) as WorkloadName[]).filter((name) => WORKLOADS[name].proxy !== 'none');
  for (const name of names) {
    const { cds, eds, lds, rds } = sentTo(name);
    const configs = [...cds, ...eds, ...lds, ...rds];
    const { config } = await readEnvoyAnswer(chunks(JSON.stringify({ configs })), 64 << 20);
    assert.deepEqual(config?.problems, [], name);
    const found = [config?.clusters, config?.endpoints, config?.listeners, config?.routes];
    assert.deepEqual(
      found.map((list) => list?.length),
      [cds.length, eds.length, lds.length, rds.length],
    );
  }
});

async function* chunks(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}
