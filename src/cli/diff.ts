import type { Command } from 'commander';
import { ENVOY_SECTIONS, type EnvoySection } from '../model/envoy-resource.ts';
import { istiodDiffReport } from '../sinks/report/diff-report.ts';
import { type DiffFlags, diffExitCode, writeDiff } from './diff-output.ts';
import { readSides, type SideFlags } from './diff-sides.ts';
import { type Io, UserError } from './io.ts';
import { ACCESS_HELP, declareAccessOptions } from './istiod-access.ts';
import { declareLiveOptions } from './kube-session.ts';

interface IstiodDiffFlags extends DiffFlags, SideFlags {
  readonly section?: readonly string[];
}

/** `meshladder diff`: what istiod would send a proxy, against what its Envoy has. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .argument('[pod]', 'whose: POD.NAMESPACE, or deploy/NAME.NAMESPACE')
    .option('--istiod <file>', "istiod's answer to /debug/config_dump?proxyID=POD.NAMESPACE&include_eds; - is stdin")
    .option('--envoy <file>', "Envoy's answer to config_dump?include_eds; - is stdin")
    .option('--url <url>', 'ask this istiod, as in http://127.0.0.1:15014; may be given several times', collect)
    .option('--token-file <file>', 'a service-account token with audience istio-ca, for istiods at a URL')
    .option('-i, --istio-namespace <namespace>', 'where istiods run', 'istio-system')
    .option('--section <section>', 'only clusters, listeners, routes or endpoints; may be given several times', collect)
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--no-color', 'no colours, as with the variable NO_COLOR');
  declareAccessOptions(declareLiveOptions(command))
    .addHelpText('after', AFTER_HELP)
    .action(async (pod: string | undefined, flags: IstiodDiffFlags) => {
      const sections = (flags.section ?? []).map(readSection);
      const { sent, loaded } = await readSides(pod, flags, io);
      const report = istiodDiffReport(sent, loaded, sections);
      writeDiff(report, flags, io);
      exit(diffExitCode(report));
    });
}

const AFTER_HELP = `
  meshladder diff POD.NAMESPACE
  meshladder diff deploy/cart -n shop --section routes

A running proxy and its istiod are asked through ports that the Kubernetes API
forwards, which takes the rights get and create on pods/portforward in both
namespaces; istiod makes the whole configuration for one answer.

${ACCESS_HELP}

Without a cluster:

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

function readSection(text: string): EnvoySection {
  const section = ENVOY_SECTIONS.find((each) => each === text || each === `${text}s`);
  if (section === undefined) throw new UserError(`--section ${text}: give ${ENVOY_SECTIONS.join(', ')}`);
  return section;
}
