import type { Command } from 'commander';
import type { EnvoyConfig } from '../model/envoy-config.ts';
import { ENVOY_SECTIONS, type EnvoySection } from '../model/envoy-resource.ts';
import { istiodDiffReport } from '../sinks/report/diff-report.ts';
import { nameOf, readPodName } from './config-dump.ts';
import { type DiffFlags, diffExitCode, readConfig, writeDiff } from './diff-output.ts';
import { type Io, UserError } from './io.ts';

interface IstiodDiffFlags extends DiffFlags {
  readonly istiod?: string;
  readonly envoy?: string;
  readonly section?: readonly string[];
}

/** `meshladder diff`: what istiod would send a proxy, against what its Envoy has. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .argument('[pod]', 'whose: POD.NAMESPACE')
    .option('--istiod <file>', "istiod's answer to /debug/config_dump?proxyID=POD.NAMESPACE&include_eds; - is stdin")
    .option('--envoy <file>', "Envoy's answer to config_dump?include_eds; - is stdin")
    .option('--section <section>', 'only clusters, listeners, routes or endpoints; may be given several times', collect)
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--no-color', 'no colours, as with the variable NO_COLOR')
    .addHelpText('after', AFTER_HELP)
    .action(async (pod: string | undefined, flags: IstiodDiffFlags) => {
      const { istiod, envoy } = filesOf(pod, flags);
      const sections = (flags.section ?? []).map(readSection);
      const sent = await readConfig(istiod, io);
      const loaded = await readConfig(envoy, io);
      checkSides(sent, istiod, loaded, envoy);
      const report = istiodDiffReport(sent, loaded, sections);
      writeDiff(report, flags, io);
      exit(diffExitCode(report));
    });
}

const AFTER_HELP = `
  kubectl -n istio-system port-forward deploy/istiod 15014 &
  curl 'http://127.0.0.1:15014/debug/config_dump?proxyID=POD.NAMESPACE&include_eds' > istiod.json
  kubectl -n NAMESPACE exec POD -c istio-proxy -- pilot-agent request \\
    GET 'config_dump?include_eds' > envoy.json
  meshladder diff --istiod istiod.json --envoy envoy.json

Compared are the dynamic clusters, listeners and routes, and the endpoints that
istiod sends, whatever their order and spelling. Versions are not: they lag. Nor
is the health of endpoints, which an Envoy finds out by itself.
In the diff, - is istiod's and + is Envoy's.

Exit code 0: no difference; 1: there are some; 2: cannot tell, or wrong use.`;

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function filesOf(pod: string | undefined, { istiod, envoy }: IstiodDiffFlags): { istiod: string; envoy: string } {
  if (istiod !== undefined && envoy !== undefined) {
    if (istiod === '-' && envoy === '-') throw new UserError('--istiod - and --envoy -: stdin can be read once');
    if (pod !== undefined) readPodName(pod);
    return { istiod, envoy };
  }
  const name = pod === undefined ? 'POD.NAMESPACE' : namedPod(pod);
  const missing = [istiod === undefined && '--istiod', envoy === undefined && '--envoy'].filter(
    (each) => each !== false,
  );
  throw new UserError(`${name}: give ${missing.join(' and ')} as files; meshladder diff --help says how to get them`);
}

function namedPod(text: string): string {
  const { pod, namespace } = readPodName(text);
  return `${pod}.${namespace}`;
}

function readSection(text: string): EnvoySection {
  const section = ENVOY_SECTIONS.find((each) => each === text || each === `${text}s`);
  if (section === undefined) throw new UserError(`--section ${text}: give ${ENVOY_SECTIONS.join(', ')}`);
  return section;
}

/** Two files are soon swapped, and the answer would be right and read wrongly. */
function checkSides(istiod: EnvoyConfig, istiodFile: string, envoy: EnvoyConfig, envoyFile: string): void {
  if (istiod.bootstrap !== undefined) {
    throw new UserError(`--istiod ${nameOf(istiodFile)}: it has a bootstrap, so it is a dump of Envoy's own`);
  }
  if (envoy.spelling === 'camel') {
    throw new UserError(
      `--envoy ${nameOf(envoyFile)}: it is spelled as istiod and istioctl do; give Envoy's own answer`,
    );
  }
}
