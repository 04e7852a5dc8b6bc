import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { epochSeconds } from '../../src/model/brand.ts';
import type { InjectionWebhook } from '../../src/model/injection.ts';
import { injectionGap } from '../../src/model/injection-verdict.ts';
import { membershipOf } from '../../src/model/membership.ts';
import type { Labels, Pod } from '../../src/model/workload.ts';
import type { RawObject } from '../../src/sources/kubernetes/kube-api.ts';
import { mapInjectors } from '../../src/sources/kubernetes/objects/injectors.ts';
import { mapNamespace } from '../../src/sources/kubernetes/objects/namespaces.ts';
import { mapPod } from '../../src/sources/kubernetes/objects/pods.ts';
import { pod, recordedObjects } from '../support/mesh.ts';

/** The webhooks of the 1.30.3 chart, made at second 100. */
const CHART: readonly InjectionWebhook[] = chartInjectors().map((webhook) => ({
  ...webhook,
  createdAt: epochSeconds(100),
}));
/** The same webhooks as another revision would install them. */
const CANARY: readonly InjectionWebhook[] = CHART.map(
  (webhook) =>
    JSON.parse(
      JSON.stringify({ ...webhook, revision: 'canary' }).replaceAll('["default"]', '["canary"]'),
    ) as InjectionWebhook,
).filter(({ name }) => name.startsWith('rev.'));
const TAG: readonly InjectionWebhook[] = CANARY.map((webhook) => ({
  ...(JSON.parse(JSON.stringify(webhook).replaceAll('["canary"]', '["prod"]')) as InjectionWebhook),
  tag: 'prod',
}));

function chartInjectors(): readonly InjectionWebhook[] {
  const file = new URL('../fixtures/objects/mutatingwebhookconfigurations.from-chart.json', import.meta.url);
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as RawObject & { items?: readonly RawObject[] };
  return (recorded.items ?? [recorded]).flatMap((raw) => mapInjectors(raw) ?? []);
}

function bare(changes: Partial<Pod> = {}): Pod {
  const { proxy: _, ...rest } = pod('shop', 'cart-1', { annotations: {}, createdAt: epochSeconds(200), ...changes });
  return rest;
}

const ENABLED: Labels = { 'istio-injection': 'enabled' };
const REV = (revision: string): Labels => ({ 'istio.io/rev': revision });
const INJECT = (value: string): Labels => ({ 'sidecar.istio.io/inject': value });

type Case = readonly [
  about: string,
  namespaceLabels: Labels,
  pod: Partial<Pod>,
  expected: string | undefined,
  injectors?: readonly InjectionWebhook[],
];

const CASES: readonly Case[] = [
  ['namespace enabled', ENABLED, {}, 'webhook_did_not_run'],
  ['namespace enabled, pod older', ENABLED, { createdAt: epochSeconds(99) }, 'pod_older_than_injector'],
  ['namespace enabled, pod says no', ENABLED, { labels: INJECT('false') }, undefined],
  ['namespace enabled, pod says no in the old way', ENABLED, { annotations: INJECT('false') }, undefined],
  ['namespace enabled, pod says yes', ENABLED, { labels: INJECT('true') }, 'webhook_did_not_run'],
  ['namespace disabled', { 'istio-injection': 'disabled' }, {}, undefined],
  ['namespace disabled, pod says yes', { 'istio-injection': 'disabled' }, { labels: INJECT('true') }, undefined],
  ['no label at all', {}, {}, undefined],
  ['no label, pod says yes', {}, { labels: INJECT('true') }, 'webhook_did_not_run'],
  ['no label, pod names the revision', {}, { labels: REV('default') }, 'webhook_did_not_run'],
  [
    'no label, pod names the revision and says no',
    {},
    { labels: { ...REV('default'), ...INJECT('false') } },
    undefined,
  ],
  ['namespace names the revision', REV('default'), {}, 'webhook_did_not_run'],
  ['namespace names a revision that is not there', REV('v9'), {}, 'revision_not_found'],
  ['pod names a revision that is not there', {}, { labels: REV('v9') }, 'revision_not_found'],
  ['istio-injection beats a revision that is not there', { ...ENABLED, ...REV('v9') }, {}, 'webhook_did_not_run'],
  ['disabled beats a revision', { 'istio-injection': 'disabled', ...REV('default') }, {}, undefined],
  ['another revision', REV('canary'), {}, 'webhook_did_not_run', [...CHART, ...CANARY]],
  ['a tag', REV('prod'), {}, 'webhook_did_not_run', [...CANARY, ...TAG]],
  ['a tag whose revision is installed, but not the tag', REV('prod'), {}, 'revision_not_found', [...CHART, ...CANARY]],
  ['enabled, but only a canary is installed', ENABLED, {}, 'revision_not_found', CANARY],
  ['enabled, and no injector at all', ENABLED, {}, 'revision_not_found', []],
  ['host network', ENABLED, { hostNetwork: true }, undefined],
  ['a system namespace', ENABLED, { namespace: 'kube-system' }, undefined],
  ['terminating', ENABLED, { terminating: true }, undefined],
  ['completed', ENABLED, { phase: 'Succeeded' }, undefined],
  ['a mirror pod', ENABLED, { owner: { kind: 'Node', name: 'n1' } }, undefined],
  ['istiod itself', {}, { labels: { app: 'istiod', ...REV('default') } }, undefined],
  ['enrolled in ambient', ENABLED, { annotations: { 'ambient.istio.io/redirection': 'enabled' } }, undefined],
  ['an ambient namespace', { ...REV('default'), 'istio.io/dataplane-mode': 'ambient' }, {}, undefined],
  [
    'out of an ambient namespace',
    { ...REV('default'), 'istio.io/dataplane-mode': 'ambient' },
    { labels: { 'istio.io/dataplane-mode': 'none' } },
    'webhook_did_not_run',
  ],
];

describe('who should have been injected', () => {
  for (const [about, namespaceLabels, changes, expected, injectors = CHART] of CASES) {
    test(about, () => assert.equal(injectionGap({ pod: bare(changes), namespaceLabels, injectors }), expected));
  }

  test('a pod with a proxy', () => {
    assert.equal(injectionGap({ pod: pod('shop', 'a'), namespaceLabels: ENABLED, injectors: CHART }), undefined);
  });

  test('nobody in the recorded mesh', () => {
    const namespaces = recordedObjects('namespaces.json', mapNamespace);
    for (const recorded of recordedObjects('pods.json', mapPod).values()) {
      const namespaceLabels = namespaces.get(recorded.namespace)?.labels ?? {};
      assert.equal(injectionGap({ pod: recorded, namespaceLabels, injectors: CHART }), undefined, recorded.name);
    }
  });
});

test('a tag set after the pod was made is no excuse where another injector chose it before', () => {
  const later = CHART.map((webhook) => ({ ...webhook, createdAt: epochSeconds(300) }));
  const question = { pod: bare(), namespaceLabels: ENABLED };
  assert.equal(injectionGap({ ...question, injectors: [...CHART, ...later] }), 'webhook_did_not_run');
  assert.equal(injectionGap({ ...question, injectors: later }), 'pod_older_than_injector');
});

describe('membership', () => {
  const cases: readonly [expected: string, Pod][] = [
    ['sidecar', pod('a', 'b')],
    ['native_sidecar', pod('a', 'b', { proxy: { native: true, running: true, restarts: 0 } })],
    ['gateway', pod('a', 'b', { labels: { istio: 'ingressgateway' } })],
    ['gateway', pod('a', 'b', { labels: { istio: 'egressgateway' } })],
    ['gateway', pod('a', 'b', { annotations: { 'inject.istio.io/templates': 'gateway' } })],
    [
      'gateway',
      pod('a', 'b', {
        labels: {
          'gateway.networking.k8s.io/gateway-name': 'g',
          'gateway.istio.io/managed': 'istio.io-gateway-controller',
        },
      }),
    ],
    [
      'waypoint',
      pod('a', 'b', {
        labels: {
          'gateway.networking.k8s.io/gateway-name': 'w',
          'gateway.istio.io/managed': 'istio.io-mesh-controller',
        },
      }),
    ],
    ['ztunnel', pod('a', 'b', { labels: { app: 'ztunnel' } })],
    ['ambient', bare({ annotations: { 'ambient.istio.io/redirection': 'enabled' } })],
    ['ambient_pending', bare({ annotations: { 'ambient.istio.io/redirection': 'pending' } })],
    ['sidecar', pod('a', 'b', { annotations: { 'ambient.istio.io/redirection': 'enabled' } })],
    ['none', bare()],
  ];
  for (const [at, [expected, one]] of cases.entries()) {
    test(`${expected} ${at}`, () => assert.equal(membershipOf(one), expected));
  }
});
