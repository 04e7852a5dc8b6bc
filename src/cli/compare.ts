import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import type { EnvoyConfig, EnvoyDump, EnvoyNode } from '../model/envoy-config.ts';
import { replicaDiffReport } from '../sinks/report/diff-report.ts';
import { oneLine } from '../sinks/report/text-table.ts';
import type { EnvoyPart } from '../sources/envoy/admin-requests.ts';
import { nameOf } from './config-dump.ts';
import { fileInstead, readFromMesh } from './config-live.ts';
import { type AskedPod, readAskedPod } from './config-pod-name.ts';
import { type DiffFlags, diffExitCode, readConfig, writeDiff } from './diff-output.ts';
import { type Io, UserError } from './io.ts';
import { declareLiveOptions, type LiveFlags, type LiveMesh, readLiveOrigin, withLiveMesh } from './kube-session.ts';

interface CompareFlags extends DiffFlags, LiveFlags {
  readonly bundle?: string;
}

/** `meshladder compare`: whether two replicas have the same. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .argument('<first>', 'a replica, POD.NAMESPACE, or a file with its config dump; - is stdin')
    .argument('<second>', 'another')
    .option(
      '--bundle <bundle>',
      'what pods had answered when this bug report was made: a .tar.gz, or a folder of dumps',
    )
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--no-color', 'no colours, as with the variable NO_COLOR');
  declareLiveOptions(command)
    .addHelpText('after', AFTER_HELP)
    .action(async (first: string, second: string, flags: CompareFlags) => {
      if (first === '-' && second === '-') throw new UserError('- and -: stdin can be read once');
      const [one, other] = await readBoth(sideOf(first, flags), sideOf(second, flags), flags, io);
      for (const note of notesOn(one.bootstrap?.node, other.bootstrap?.node)) {
        io.stderr.write(`meshladder: ${oneLine(note, 300)}\n`);
      }
      const report = replicaDiffReport(one, other, [labelOf(first, one, other), labelOf(second, other, one)]);
      writeDiff(report, flags, io);
      exit(diffExitCode(report));
    });
}

const AFTER_HELP = `
  meshladder compare cart-1.shop cart-2.shop

Without a cluster:

  for pod in cart-1 cart-2; do
    kubectl -n shop exec $pod -c istio-proxy -- pilot-agent request \\
      GET 'config_dump?include_eds' > $pod.json
  done
  meshladder compare cart-1.json cart-2.json

Clusters, listeners, routes and endpoints are compared, static ones included.
What must differ is not: pod names and addresses, node ids, versions and times
of pushes, and the health of endpoints.

Exit code 0: no difference; 1: there are some; 2: cannot tell, or wrong use.`;

type Side = { readonly kind: 'file'; readonly file: string } | { readonly kind: 'pod'; readonly asked: AskedPod };

/** What is no file is the name of a pod, or nothing. */
function sideOf(given: string, { namespace }: CompareFlags): Side {
  const isFile = given === '-' || existsSync(given) || /^[/\\.]|\.(json|gz|txt)$/.test(given);
  return isFile ? { kind: 'file', file: given } : { kind: 'pod', asked: readAskedPod(given, namespace) };
}

async function readBoth(
  one: Side,
  other: Side,
  flags: CompareFlags,
  io: Io,
): Promise<readonly [EnvoyConfig, EnvoyConfig]> {
  const { bundle } = flags;
  if (bundle !== undefined) return [await readSaved(one, bundle, io), await readSaved(other, bundle, io)];
  const read = async (mesh?: LiveMesh): Promise<readonly [EnvoyConfig, EnvoyConfig]> => [
    await readSide(one, mesh, io),
    await readSide(other, mesh, io),
  ];
  const pod = [one, other].find((each) => each.kind === 'pod');
  return pod === undefined ? read() : withLiveMesh(readLiveOrigin(flags), io, fileInstead(pod.asked), read);
}

async function readSaved(side: Side, bundle: string, io: Io): Promise<EnvoyConfig> {
  if (side.kind === 'file') return readFile(side.file, io);
  const { readBundleEnvoy } = await import('./bundle-envoy.ts');
  return configOf(await readBundleEnvoy(bundle, side.asked, io), side.asked);
}

async function readSide(side: Side, mesh: LiveMesh | undefined, io: Io): Promise<EnvoyConfig> {
  if (side.kind === 'file') return readFile(side.file, io);
  const { dump } = mesh === undefined ? {} : await readFromMesh(mesh, side.asked, COMPARED, io);
  return configOf(dump, side.asked);
}

function configOf(dump: EnvoyDump | undefined, { name, namespace }: AskedPod): EnvoyConfig {
  if (dump?.config === undefined) throw new UserError(`${name}.${namespace}: it tells no configuration`);
  return dump.config;
}

const COMPARED: readonly EnvoyPart[] = ['bootstrap', 'clusters', 'listeners', 'routes', 'endpoints'];

async function readFile(file: string, io: Io): Promise<EnvoyConfig> {
  const config = await readConfig(file, io);
  if (config.spelling === 'camel') {
    throw new UserError(`${nameOf(file)}: it is spelled as istiod and istioctl do; give Envoy's own answer`);
  }
  return config;
}

/** By the pod, where the dump says whose it is and that tells the two apart. */
function labelOf(file: string, { bootstrap }: EnvoyConfig, other: EnvoyConfig): string {
  const pod = bootstrap?.node.pod ?? '';
  return oneLine(pod === '' || pod === other.bootstrap?.node.pod ? nameOf(file) : pod, 200);
}

/** What makes two proxies other than replicas. */
function notesOn(one: EnvoyNode | undefined, other: EnvoyNode | undefined): readonly string[] {
  if (one === undefined || other === undefined) return ['a dump does not say whose it is: names and addresses count'];
  const facts: readonly (readonly [what: string, of: (node: EnvoyNode) => string])[] = [
    ['no replicas: the workloads are', (node) => `${node.workload}.${node.namespace}`],
    ['they run different versions of Istio:', (node) => node.istioVersion],
    ['they run different versions of Envoy:', (node) => node.envoyVersion],
  ];
  return facts.flatMap(([what, of]) => (of(one) === of(other) ? [] : [`${what} ${of(one)} and ${of(other)}`]));
}
