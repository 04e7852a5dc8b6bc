import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { parse } from 'yaml';
import { findTool } from '../../scripts/find-tool.ts';
import { LADDER } from '../../src/rungs/index.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';
import { type AlertmanagerServer, startAlertmanager } from '../support/alertmanager-server.ts';
import { until } from '../support/until.ts';

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
    'one rejection is told once, also where all that could be said of it is said',
    [
      alert('IstioProxyConfigRejected', { ...A, xds_type: 'lds', reason: 'lua' }),
      alert('IstioProxyOutOfSync', A),
      alert('IstioProxyStale', A),
    ],
    ['IstioProxyConfigRejected payment'],
  ],
  [
    'what much of a namespace rejects is said by its page',
    [
      alert('IstioNamespaceOutOfSync', PAYMENT),
      alert('IstioProxyConfigRejected', { ...A, xds_type: 'lds', reason: 'lua' }),
      alert('IstioProxyConfigRejected', { ...A, proxy: 'b', xds_type: 'lds', reason: 'lua' }),
      alert('IstioProxyOutOfSync', A),
    ],
    ['IstioNamespaceOutOfSync payment'],
  ],
  [
    'a gateway is told of once',
    [
      alert('IstioGatewayNotSynced', A),
      alert('IstioProxyOutOfSync', A),
      alert('IstioProxyMissing', A),
      alert('IstioProxyConfigRejected', { ...A, xds_type: 'rds', reason: 'invalid_route' }),
    ],
    ['IstioGatewayNotSynced payment'],
  ],
  [
    'an mTLS conflict before anybody is paged: the flags of its destination are told by it',
    [
      alert('IstioMtlsConflict', { ...PAYMENT, destination: 'd', object_namespace: 'shop', object_name: 'plain' }),
      alert('IstioResponseFlagSpikeUC', { destination: 'd' }),
      alert('IstioResponseFlagSpikeUF', { destination: 'd' }),
      alert('IstioResponseFlagSpikeUF', { destination: 'e' }),
    ],
    ['IstioMtlsConflict payment', 'IstioResponseFlagSpikeUF'],
  ],
  [
    'an mTLS conflict that hurts: the page of the servers names it; a conflict of another namespace stays',
    [
      alert('IstioResponseFlagSpikeNR', { ...PAYMENT, workload: 'pay' }),
      alert('IstioMtlsConflict', { ...PAYMENT, destination: 'd', object_namespace: 'shop', object_name: 'plain' }),
      alert('IstioMtlsConflict', { proxy_namespace: 'shop', destination: 'e', object_name: 'other' }),
      alert('IstioResponseFlagSpikeUC', { destination: 'd' }),
    ],
    ['IstioMtlsConflict shop', 'IstioResponseFlagSpikeNR payment'],
  ],
  [
    'a budget that burns is one page, and names its flags; without a healthy host that is the page',
    [
      alert('IstioFlagBudgetBurn', { destination: 'd' }),
      alert('IstioResponseFlagSpikeUC', { destination: 'd' }),
      alert('IstioResponseFlagSpikeURX', { destination: 'd' }),
      alert('IstioMtlsConflict', { ...PAYMENT, destination: 'd', object_name: 'plain' }),
      alert('IstioFlagBudgetBurn', { destination: 'e' }),
      alert('IstioResponseFlagSpikeUH', { destination: 'e' }),
    ],
    ['IstioFlagBudgetBurn', 'IstioResponseFlagSpikeUH'],
  ],
  [
    "the exporter is gone, which does not say why agents are, and Istio's own metrics go on",
    [
      alert('MeshladderDown', { job: 'meshladder' }),
      alert('MeshladderAgentDown', { job: 'meshladder-agent' }),
      alert('IstioProxyOutOfSync', A),
      alert('IstiodUnreachable'),
      alert('IstioMtlsConflict', { ...PAYMENT, destination: 'd' }),
      alert('IstioMetricsFlagSpikeUH', { destination: 'd', direction: 'outbound', reporter: 'source', flag: 'UH' }),
    ],
    ['IstioMetricsFlagSpikeUH', 'MeshladderAgentDown', 'MeshladderDown'],
  ],
  [
    "two witnesses of one flag: the logs', and Istio's metrics",
    [
      alert('IstioResponseFlagSpikeUH', { destination: 'd', direction: 'outbound', flag: 'UH' }),
      alert('IstioMetricsFlagSpikeUH', { destination: 'd', direction: 'outbound', reporter: 'source', flag: 'UH' }),
      alert('IstioMetricsFlagSpikeUH', { destination: 'e', direction: 'outbound', reporter: 'source', flag: 'UH' }),
      alert('IstioResponseFlagSpikeNR', { ...PAYMENT, workload: 'pay', flag: 'NR' }),
      alert('IstioMetricsFlagSpikeNR', { ...PAYMENT, workload: 'pay', reporter: 'source', flag: 'NR' }),
      alert('IstioFlagBudgetBurn', { destination: 'f' }),
      alert('IstioMetricsFlagBudgetBurn', { destination: 'f' }),
    ],
    ['IstioFlagBudgetBurn', 'IstioMetricsFlagSpikeUH', 'IstioResponseFlagSpikeNR payment', 'IstioResponseFlagSpikeUH'],
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
      await untilTold(nth, told);
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

  /** Inhibition is worked out a moment after alerts have come in: then these are told, and go on to be. */
  async function untilTold(nth: number, told: readonly string[]): Promise<void> {
    const wanted = JSON.stringify(told.toSorted());
    const looks: string[] = [];
    const look = async (): Promise<readonly string[]> => {
      looks.push(JSON.stringify((await notInhibited(nth)).toSorted()));
      return looks;
    };
    const settled = (all: readonly string[]): boolean => all.length > 1 && all.slice(-2).every((one) => one === wanted);
    await until(look, settled, `only ${wanted} are told`, { everyMs: 300 });
  }

  /** Alerts of the case that would be notified, as `name namespace mesh`. */
  async function notInhibited(nth: number): Promise<readonly string[]> {
    const query = new URLSearchParams({ filter: `mesh_cluster=~".*-${nth}"`, inhibited: 'false' });
    const answer = await fetch(`${url}/api/v2/alerts?${query}`);
    const alerts = (await answer.json()) as readonly { readonly labels: Labels }[];
    return alerts.map(({ labels }) => {
      const mesh = labels['mesh_cluster'] === `c-${nth}` ? undefined : labels['mesh_cluster']?.replace(/-\d+$/, '');
      return [labels['alertname'], labels['proxy_namespace'], mesh].filter((part) => part !== undefined).join(' ');
    });
  }
});

/** The alerts that a matcher is for, each alternative by itself, those within brackets too. */
function namesIn(matcher: string): readonly string[] {
  const [, pattern = ''] = /^alertname=~?"(.*)"$/.exec(matcher) ?? [];
  return pattern.split(/\|(?![^(]*\))/).flatMap((part) => {
    const [, before = part, inner, behind = ''] = /^(.*)\((.*)\)(.*)$/.exec(part) ?? [];
    return inner === undefined ? [part] : inner.split('|').map((each) => before + each + behind);
  });
}

/** The flag that a spike is of. */
function flagOf(name: string): string | undefined {
  return /FlagSpike(\w+)$/.exec(name)?.[1];
}

describe('the example', () => {
  const { inhibit_rules: rules } = parse(readFileSync('alerts/alertmanager.example.yaml', 'utf8')) as {
    inhibit_rules: readonly {
      source_matchers: readonly string[];
      target_matchers: readonly string[];
      equal?: readonly string[];
    }[];
  };
  const ofMatchers = (matchers: readonly string[]): readonly string[] =>
    matchers.filter((each) => each.startsWith('alertname')).flatMap(namesIn);
  const knownBy = (name: string): readonly string[] =>
    [...KNOWN.keys()].filter((known) => new RegExp(`^(?:${name})$`).test(known));

  test('names alerts that there are', () => {
    for (const { source_matchers, target_matchers } of rules) {
      for (const name of ofMatchers([...source_matchers, ...target_matchers])) {
        assert.ok(knownBy(name).length > 0, name);
      }
    }
  });

  test('lets no ticket mute a page, but one that says that the page is blind', () => {
    for (const { source_matchers, target_matchers, equal = [] } of rules) {
      for (const source of ofMatchers(source_matchers).flatMap(knownBy)) {
        if (source.startsWith('Meshladder') || KNOWN.get(source) === 'critical') continue;
        for (const target of ofMatchers(target_matchers).flatMap(knownBy)) {
          if (equal.includes('flag') && flagOf(source) !== flagOf(target)) continue;
          assert.notEqual(KNOWN.get(target), 'critical', `${source} mutes ${target}`);
        }
      }
    }
  });
});
