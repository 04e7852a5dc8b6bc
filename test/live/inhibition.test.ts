import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import { LADDER } from '../../src/rungs/index.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';
import { type AlertmanagerServer, startAlertmanager } from '../support/alertmanager-server.ts';
import { findTool } from '../support/tools.ts';

const binary = findTool('prometheus-alertmanager');
const skip = binary === undefined ? 'no Alertmanager here: `node scripts/test-tools.ts` tries to get one' : false;

type Labels = Readonly<Record<string, string>>;

const KNOWN = new Map(
  ruleGroups(LADDER).flatMap(({ rules }) => rules.alerts.map(({ name, severity }) => [name as string, severity])),
);

/** An alert of a mesh, as Prometheus sends it. */
function alert(alertname: string, labels: Labels = {}): Labels {
  const severity = KNOWN.get(alertname);
  assert.ok(severity !== undefined, `${alertname} is declared nowhere`);
  return { alertname, severity, mesh_cluster: 'c', ...labels };
}

const PAYMENT = { proxy_namespace: 'payment' };
const A = { ...PAYMENT, proxy: 'a', workload: 'checkout' };

/** What fires together, and what of it a person is told. */
const CASES: readonly [name: string, firing: readonly Labels[], told: readonly string[]][] = [
  [
    'the incident: a NetworkPolicy',
    [
      alert('IstioXdsBlockedByNetworkPolicy', { ...PAYMENT, policy_namespace: 'payment', policy: 'default-deny' }),
      alert('IstioNamespaceOutOfSync', PAYMENT),
      alert('IstioProxyOutOfSync', A),
      alert('IstioProxyMissing', A),
      alert('IstioProxyStale', A),
      alert('IstioCanaryNotApplied', { ...PAYMENT, object_name: 'payment-svc' }),
      alert('IstioProxyOutOfSync', { ...A, proxy_namespace: 'bookinfo' }),
      alert('IstioProxyOutOfSync', { ...A, mesh_cluster: 'other' }),
    ],
    ['IstioProxyOutOfSync bookinfo', 'IstioProxyOutOfSync payment other', 'IstioXdsBlockedByNetworkPolicy payment'],
  ],
  [
    'istiod is away',
    [
      alert('IstiodUnreachable'),
      alert('IstiodReplicaUnreachable', { istiod: 'i-1' }),
      alert('IstioNamespaceOutOfSync', PAYMENT),
      alert('IstioProxyMissing', A),
      alert('MeshladderSourceStale', { source: 'istiod' }),
      alert('IstioResponseFlagSpikeUH', { destination: 'd' }),
    ],
    ['IstioResponseFlagSpikeUH', 'IstiodUnreachable'],
  ],
  [
    'much of a namespace, cause unknown',
    [alert('IstioNamespaceOutOfSync', PAYMENT), alert('IstioProxyOutOfSync', A), alert('IstioProxyStale', A)],
    ['IstioNamespaceOutOfSync payment'],
  ],
  [
    'one proxy, by its longest word',
    [alert('IstioProxyOutOfSync', A), alert('IstioProxyMissing', A), alert('IstioProxyStale', { ...A, proxy: 'b' })],
    ['IstioProxyOutOfSync payment', 'IstioProxyStale payment'],
  ],
  [
    'a rejection explains why the proxy is behind',
    [alert('IstioProxyConfigRejected', { ...A, xds_type: 'lds' }), alert('IstioProxyOutOfSync', A)],
    ['IstioProxyConfigRejected payment'],
  ],
  [
    'a gateway is told of once',
    [alert('IstioGatewayNotSynced', A), alert('IstioProxyOutOfSync', A), alert('IstioProxyMissing', A)],
    ['IstioGatewayNotSynced payment'],
  ],
  [
    'the exporter is gone',
    [alert('MeshladderDown', { job: 'meshladder' }), alert('IstioProxyOutOfSync', A)],
    ['MeshladderDown'],
  ],
  [
    'attempts and requests of one destination',
    [
      alert('IstioResponseFlagSpikeUF', { destination: 'd' }),
      alert('IstioResponseFlagSpikeURX', { destination: 'd' }),
      alert('IstioResponseFlagSpikeURX', { destination: 'e' }),
    ],
    ['IstioResponseFlagSpikeUF', 'IstioResponseFlagSpikeURX'],
  ],
];

describe('one cause, one page: the example in a real Alertmanager', { skip }, () => {
  let alertmanager: AlertmanagerServer;
  let url: string;

  before(async () => {
    alertmanager = await startAlertmanager(binary!);
    url = alertmanager.url;
  });
  after(() => alertmanager?.stop());

  for (const [nth, [name, firing, told]] of CASES.entries()) {
    test(name, async () => {
      // Each case is a set of meshes of its own.
      const own = firing.map((labels) => ({ ...labels, mesh_cluster: `${labels['mesh_cluster']}-${nth}` }));
      const posted = await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(own.map((labels) => ({ labels }))),
      });
      assert.equal(posted.status, 200, await posted.text());
      const names = await notInhibited(nth);
      assert.deepEqual(names.toSorted(), told.toSorted());
      // What has no equal label holds for all meshes: it must be over before the next case.
      const endsAt = new Date(Date.now() - 1000).toISOString();
      const ended = own.map((labels) => ({ labels, startsAt: new Date(Date.now() - 60_000).toISOString(), endsAt }));
      await fetch(`${url}/api/v2/alerts`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(ended),
      });
    });
  }

  /** Alerts of the case that would be notified, as `name namespace mesh`. */
  async function notInhibited(nth: number): Promise<readonly string[]> {
    const query = new URLSearchParams({ filter: `mesh_cluster=~".*-${nth}"`, inhibited: 'false' });
    let seen: readonly string[] = [];
    // Inhibition is worked out a moment after alerts have come in.
    for (let last = ''; ; last = JSON.stringify(seen)) {
      await sleep(300);
      const answer = await fetch(`${url}/api/v2/alerts?${query}`);
      const alerts = (await answer.json()) as readonly { readonly labels: Labels }[];
      seen = alerts.map(({ labels }) => {
        const mesh = labels['mesh_cluster'] === `c-${nth}` ? undefined : labels['mesh_cluster']?.replace(/-\d+$/, '');
        return [labels['alertname'], labels['proxy_namespace'], mesh].filter((part) => part !== undefined).join(' ');
      });
      if (seen.length > 0 && JSON.stringify(seen) === last) return seen;
    }
  }
});

test('the example names alerts that there are', () => {
  const { inhibit_rules: rules } = parse(readFileSync('alerts/alertmanager.example.yaml', 'utf8')) as {
    inhibit_rules: readonly { source_matchers: readonly string[]; target_matchers: readonly string[] }[];
  };
  for (const { source_matchers, target_matchers } of rules) {
    for (const matcher of [...source_matchers, ...target_matchers].filter((each) => each.startsWith('alertname'))) {
      const [, pattern = ''] = /^alertname=~?"(.*)"$/.exec(matcher) ?? [];
      // Each of its alternatives, those of a group too.
      const names = pattern.split(/\|(?![^(]*\))/).flatMap((part) => {
        const [, before = part, inner, behind = ''] = /^(.*)\((.*)\)(.*)$/.exec(part) ?? [];
        return inner === undefined ? [part] : inner.split('|').map((each) => before + each + behind);
      });
      for (const name of names) {
        assert.ok(
          [...KNOWN.keys()].some((known) => new RegExp(`^(?:${name})$`).test(known)),
          `${name} in ${matcher}`,
        );
      }
    }
  }
});
