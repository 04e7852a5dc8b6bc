import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, matchesGlob, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { findTool } from '../../scripts/find-tool.ts';
import { LADDER } from '../../src/rungs/index.ts';
import { RUNBOOK_BASE } from '../../src/sinks/alerts/rule-files.ts';
import { ruleGroups } from '../../src/sinks/alerts/rule-groups.ts';
import { DASHBOARDS } from '../../src/sinks/dashboards/dashboards.ts';
import { runCli } from '../support/run-cli.ts';

const FOLDER = 'deploy/compose';

interface Service {
  readonly image?: string;
  readonly build?: { readonly context: string };
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly volumes?: readonly string[];
  readonly ports: readonly string[];
  readonly depends_on?: readonly string[];
}

interface Mount {
  readonly from: string;
  readonly to: string;
  readonly mode: string;
}

const { services } = read('compose.yaml') as { readonly services: Readonly<Record<string, Service>> };
const promtool = findTool('promtool');
const noPromtool = promtool === undefined ? 'no promtool here: `node scripts/test-tools.ts` tries to get one' : false;

function read(path: string): unknown {
  return parse(readFileSync(join(FOLDER, path), 'utf8'));
}

function mountsOf({ volumes = [] }: Service): readonly Mount[] {
  return volumes.map((volume) => {
    const [from = '', to = '', mode = ''] = volume.split(':');
    return { from: join(FOLDER, from), to, mode };
  });
}

function serviceOf(name: string): Service {
  const found = services[name];
  assert.ok(found, name);
  return found;
}

/** What is seen in the container at a path, as a path of the repository. */
function behind(service: Service, path: string): string | undefined {
  const mount = mountsOf(service).find(({ to }) => path === to || path.startsWith(`${to}/`));
  return mount && join(mount.from, path.slice(mount.to.length));
}

/** Whether the client has the plugin; that needs no engine to read a file. */
function hasCompose(): boolean {
  try {
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

for (const [name, service] of Object.entries(services)) {
  describe(`service ${name}`, () => {
    test('is of one version, or built from here', () => {
      if (service.build === undefined) assert.match(service.image ?? '', /^[\w./-]+:v?\d+\.\d+\.\d+$/);
      else assert.ok(existsSync(join(FOLDER, service.build.context, 'Dockerfile')));
    });

    test('sees files of the repository that are there, and cannot change them', () => {
      for (const { from, to, mode } of mountsOf(service)) {
        assert.ok(existsSync(from), from);
        assert.ok(to.startsWith('/'), to);
        assert.equal(mode, 'ro', to);
      }
    });

    test('finds each file that it is told to read', () => {
      const told = [...(service.command ?? []), ...Object.values(service.environment ?? {})].flatMap(
        (word) => /(\/(?:etc|var)\/\S+)$/.exec(word)?.[1] ?? [],
      );
      for (const path of told) assert.ok(existsSync(behind(service, path) ?? ''), path);
    });

    test('is reached from this machine alone', () => {
      for (const port of service.ports) assert.match(port, /^127\.0\.0\.1:(\d+):\1$/);
    });

    test('waits for none that there is not', () => {
      for (const other of service.depends_on ?? []) assert.ok(Object.hasOwn(services, other), other);
    });
  });
}

test('the demo takes what it is started with', async () => {
  const { command = [] } = serviceOf('meshladder');
  const help = await runCli(['demo', '--help']);
  assert.equal(command[0], 'demo');
  for (const word of command.filter((each) => each.startsWith('--')))
    assert.ok(help.stdout.includes(`${word} <`), word);
  const incident = command[command.indexOf('--incident') + 1];
  assert.ok(help.stdout.includes(`"${incident}"`), incident);
});

describe('Prometheus', () => {
  const config = read('prometheus.yaml') as {
    readonly rule_files: readonly string[];
    readonly alerting: {
      readonly alertmanagers: readonly { static_configs: readonly { targets: readonly string[] }[] }[];
    };
    readonly scrape_configs: readonly { readonly job_name: string }[];
  };

  test('reads every rule file and nothing else', () => {
    const folder = behind(serviceOf('prometheus'), '/etc/prometheus/alerts') ?? '';
    const names = readdirSync(folder).filter((name) =>
      config.rule_files.some((glob) => matchesGlob(`alerts/${name}`, glob)),
    );
    const expected = ruleGroups(LADDER).map(({ id }) => `${id}.yaml`);
    assert.deepEqual(names.toSorted(), expected.toSorted());
  });

  test('has the rules that are shipped, with links to runbooks that lead to the exporter of this machine', () => {
    const [port] = serviceOf('meshladder').ports.map((each) => each.split(':').at(-1));
    const folder = behind(serviceOf('prometheus'), '/etc/prometheus/alerts') ?? '';
    for (const { id } of ruleGroups(LADDER)) {
      const rules = readFileSync(join(folder, `${id}.yaml`), 'utf8');
      const shipped = readFileSync(`alerts/${id}.yaml`, 'utf8');
      assert.equal(rules, shipped.replaceAll(RUNBOOK_BASE, `http://localhost:${port}/runbooks/`), id);
      assert.ok(!rules.includes('istio-system.svc:19012'), id);
    }
  });

  test('scrapes the exporter under the name that alerts and dashboards know, and tells Alertmanager', () => {
    assert.deepEqual(
      config.scrape_configs.map(({ job_name }) => job_name),
      ['meshladder'],
    );
    const told = config.alerting.alertmanagers.flatMap((each) => each.static_configs.flatMap(({ targets }) => targets));
    const targets = (read('targets.yaml') as readonly { targets: readonly string[] }[]).flatMap((each) => each.targets);
    for (const target of [...told, ...targets]) assert.ok(portsOf(target), target);
  });

  test('takes the file', { skip: noPromtool }, async (context) => {
    const root = mkdtempSync(join(tmpdir(), 'meshladder-compose-'));
    context.after(() => rmSync(root, { recursive: true, force: true }));
    const mounts = mountsOf(serviceOf('prometheus'));
    for (const { from, to } of mounts) cpSync(from, join(root, to), { recursive: true });
    const { stdout } = await promisify(execFile)(promtool!, [
      'check',
      'config',
      join(root, 'etc/prometheus/prometheus.yaml'),
    ]);
    assert.match(stdout, /SUCCESS/);
    for (const { id } of ruleGroups(LADDER)) assert.ok(stdout.includes(`alerts/${id}.yaml`), id);
  });
});

/** Whether a service of this name listens on this port. */
function portsOf(target: string): boolean {
  const [host = '', port = ''] = target.split(':');
  return services[host]?.ports.some((each) => each.endsWith(`:${port}`)) === true;
}

test('Alertmanager has the example that is shipped and tested', () => {
  const service = serviceOf('alertmanager');
  const file = /=(.*)$/.exec(service.command?.find((word) => word.startsWith('--config.file')) ?? '')?.[1] ?? '';
  assert.equal(behind(service, file), 'alerts/alertmanager.example.yaml');
});

describe('Grafana', () => {
  const grafana = serviceOf('grafana');
  const [datasource] = (
    read('grafana/datasources/prometheus.yaml') as { datasources: readonly Record<string, unknown>[] }
  ).datasources;
  const provisioned = read('grafana/dashboards/meshladder.yaml') as {
    readonly apiVersion: number;
    readonly providers: readonly { readonly type: string; readonly options: { readonly path: string } }[];
  };

  test('asks Prometheus, as often as that scrapes', () => {
    assert.ok(portsOf(String(datasource?.['url']).replace('http://', '')));
    assert.deepEqual(
      [datasource?.['type'], datasource?.['access'], datasource?.['isDefault']],
      ['prometheus', 'proxy', true],
    );
    const { global } = read('prometheus.yaml') as { global: { scrape_interval: string } };
    assert.deepEqual(datasource?.['jsonData'], { httpMethod: 'POST', timeInterval: global.scrape_interval });
  });

  test('finds every dashboard, and begins with the mesh', () => {
    const [provider] = provisioned.providers;
    assert.deepEqual([provisioned.apiVersion, provisioned.providers.length, provider?.type], [1, 1, 'file']);
    const folder = behind(grafana, provider?.options.path ?? '') ?? '';
    assert.equal(resolve(folder), resolve('dashboards'));
    const there = readdirSync(folder).filter((name) => name.endsWith('.json'));
    assert.deepEqual(there.toSorted(), DASHBOARDS.map(({ uid }) => `${uid}.json`).toSorted());
    const home = grafana.environment?.['GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH'] ?? '';
    assert.equal(basename(home), 'meshladder-mesh.json');
  });

  test('is provisioned from where it looks', () => {
    for (const what of ['datasources', 'dashboards']) {
      assert.equal(behind(grafana, `/etc/grafana/provisioning/${what}`), join(FOLDER, 'grafana', what));
    }
  });
});

test('the client of Docker takes the file', {
  skip: hasCompose() ? false : 'no docker compose here, and no test brings it: it comes with Docker',
}, async () => {
  await promisify(execFile)('docker', ['compose', '-f', join(FOLDER, 'compose.yaml'), 'config', '--quiet']);
});
