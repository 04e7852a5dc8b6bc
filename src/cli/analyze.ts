import type { Command } from 'commander';
import { type AnalysisFinding, FINDING_LEVELS, type FindingLevel } from '../model/analysis.ts';
import type { AnalysisWorld } from '../model/analysis-world.ts';
import { readIstioctlFindings } from '../model/imported-findings.ts';
import { readSuppression, type Suppression } from '../model/suppression.ts';
import { systemClock } from '../runtime/clock.ts';
import { analysisReport, findingsText } from '../sinks/report/analysis.ts';
import { declareHttpConfig, type ExporterFlags, httpConfigFile } from './exporter-client.ts';
import { type Io, UserError } from './io.ts';

interface AnalyzeFlags extends ExporterFlags {
  readonly namespace?: string;
  readonly allNamespaces?: true;
  readonly output: string;
  readonly suppress?: readonly string[];
  readonly import?: readonly string[];
  readonly failOn: string;
  readonly secrets?: true;
  readonly timeout: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly istioNamespace: string;
  readonly color: boolean;
}

const MAX_WIDTH = 110;

/** `meshladder analyze`: what is wrong with the objects of a mesh. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .argument('[files...]', 'YAML or JSON of objects; with files, nothing else is looked at; - is stdin')
    .option('-n, --namespace <namespace>', 'only findings of this namespace; and where objects are that name none')
    .option('-A, --all-namespaces', 'findings of all namespaces, which is the default')
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--suppress <code>', 'CODE, or CODE=kind/namespace/name with * for anything; several times', collect)
    .option('--import <file>', 'add what istioctl analyze -o json wrote; several times', collect)
    .option('--fail-on <level>', 'exit with 1 from this level on: error, warning or info', 'error')
    .option('--secrets', 'live: read Secrets too, for the certificates of gateways')
    .option(
      '--server <url>',
      'ask a running exporter, as in http://meshladder:19012, or http://meshladder:19012?cluster=west where it watches several: it knows since when',
    );
  declareHttpConfig(command)
    .option('--timeout <duration>', 'for the exporter', '10s')
    .option('--kubeconfig <file>', 'the kubeconfig file of the cluster to look at')
    .option('--context <name>', 'the context of the kubeconfig to use')
    .option('-i, --istio-namespace <namespace>', "Istio's root namespace", 'istio-system')
    .option('--no-color', 'no colours, as with the variable NO_COLOR')
    .addHelpText('after', AFTER_HELP)
    .action(async (files: readonly string[], flags: AnalyzeFlags) => {
      exit(await run(files, flags, io));
    });
}

const AFTER_HELP = `
  meshladder analyze -n shop
  meshladder analyze --server http://meshladder:19012
  meshladder analyze mesh/*.yaml
  kubectl get vs,dr,gw,svc,pods,ns -A -o yaml | meshladder analyze -

Codes are istioctl's (IST0101 and so on) and, for what it does not report, our
own (ML0001 and so on): docs/analysis-codes.md. Files are the whole world: what
they do not hold does not exist. But where they hold no Namespace, Service, Pod,
Node or Secret, what hangs on those is not known, and said so.

What an exporter found is as /api/v1/findings tells it, -o json too; --suppress
leaves out more than its configuration does.

Exit code 0: nothing at the level of --fail-on; 1: something; 2: a list could not
be read, or wrong use.`;

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function run(files: readonly string[], flags: AnalyzeFlags, io: Io): Promise<number> {
  const { namespace } = flags;
  const login = httpConfigFile(flags, io);
  const output = outputOf(flags);
  const failing = failingLevels(flags.failOn);
  const suppressions = (flags.suppress ?? []).map(suppressionOf);
  if (flags.server !== undefined)
    return askServer(flags.server, { files, flags, output, suppressions, failing, login }, io);
  const imported = await importedFrom(flags.import ?? [], io);
  const { world, notes, unread } = files.length > 0 ? await fromFiles(files, flags, io) : await live(flags, io);
  const choice = { suppressions, imported, notes, ...(namespace !== undefined && { namespace }) };
  const report = analysisReport(world, choice);
  for (const problem of unread) io.stderr.write(`meshladder: ${problem}\n`);
  write(report, output, flags.color, io);
  if (report.findings.some(({ level }) => failing.includes(level))) return 1;
  return unread.length > 0 ? 2 : 0;
}

interface ServerRun {
  readonly files: readonly string[];
  readonly flags: AnalyzeFlags;
  readonly output: 'text' | 'json';
  readonly suppressions: readonly Suppression[];
  readonly failing: readonly FindingLevel[];
  readonly login: ReturnType<typeof httpConfigFile>;
}

async function askServer(
  server: string,
  { files, flags, output, suppressions, failing, login }: ServerRun,
  io: Io,
): Promise<number> {
  const { namespace, timeout, import: imports, secrets, kubeconfig } = flags;
  const others = [
    files.length > 0 && 'files',
    imports && '--import',
    secrets && '--secrets',
    kubeconfig && '--kubeconfig',
  ];
  const other = others.find((each) => typeof each === 'string');
  if (other !== undefined) throw new UserError(`--server and ${other}: give one of them`);
  const { askFindings } = await import('./analyze-server.ts');
  const question = { server, timeout, suppressions, ...login, ...(namespace !== undefined && { namespace }) };
  const document = await askFindings(question, io);
  write({ json: () => document, text: (how) => findingsText(document, how) }, output, flags.color, io);
  return document.findings.some(({ level }) => failing.includes(level)) ? 1 : 0;
}

function outputOf({ output, namespace, allNamespaces }: AnalyzeFlags): 'text' | 'json' {
  if (output !== 'text' && output !== 'json') throw new UserError(`-o ${output}: give text or json`);
  if (namespace !== undefined && allNamespaces) throw new UserError('-n and -A: give one of them');
  return output;
}

function failingLevels(word: string): readonly FindingLevel[] {
  const at = FINDING_LEVELS.findIndex((level) => level.toLowerCase() === word.toLowerCase());
  if (at === -1) throw new UserError(`--fail-on ${word}: give error, warning or info`);
  return FINDING_LEVELS.slice(0, at + 1);
}

function suppressionOf(text: string): Suppression {
  const suppression = readSuppression(text);
  if (suppression !== undefined) return suppression;
  throw new UserError(`--suppress ${text}: write it as IST0102 or IST0102=Namespace/default or IST0101=Gateway/shop/*`);
}

async function importedFrom(files: readonly string[], io: Io): Promise<readonly AnalysisFinding[]> {
  if (files.length === 0) return [];
  const { readTexts } = await import('./object-files.ts');
  const texts = await readTexts(files, io);
  return texts.flatMap(({ name, text }) => {
    try {
      return readIstioctlFindings(text.trim() === '' ? null : JSON.parse(text));
    } catch (error) {
      const why = error instanceof SyntaxError ? 'it is no JSON' : (error as Error).message;
      throw new UserError(`--import ${name}: ${why}`, { cause: error });
    }
  });
}

interface Input {
  readonly world: AnalysisWorld;
  readonly notes: readonly string[];
  readonly unread: readonly string[];
}

async function fromFiles(files: readonly string[], { namespace = 'default' }: AnalyzeFlags, io: Io): Promise<Input> {
  const { readTexts, refuse } = await import('./object-files.ts');
  const { worldOfFiles } = await import('../sources/kubernetes/analysis/world-of-files.ts');
  const texts = await readTexts(files, io);
  const { world, objects, notes, problems } = worldOfFiles(texts, { namespace, at: systemClock.now() });
  refuse(problems);
  // An empty answer of what was to fill them would look like a sound mesh.
  if (objects === 0) throw new UserError(`${files.join(', ')}: no objects`);
  return { world, notes, unread: [] };
}

async function live(flags: AnalyzeFlags, io: Io): Promise<Input> {
  const { analysisWorldOfCluster } = await import('./analyze-cluster.ts');
  const { kubeconfig, context, istioNamespace: rootNamespace, secrets = false } = flags;
  const origin = { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) };
  const { world, unread } = await analysisWorldOfCluster({ ...origin, rootNamespace, secrets }, io);
  return { world, notes: [], unread };
}

/** Something that can be said in both forms. */
interface Sayable {
  json(): unknown;
  text(how: { readonly width: number; readonly coloured: boolean }): string;
}

function write(report: Sayable, output: 'text' | 'json', color: boolean, { stdout, env }: Io): void {
  if (output === 'json') {
    stdout.write(`${JSON.stringify(report.json(), undefined, 2)}\n`);
    return;
  }
  const coloured = color && stdout.isTTY === true && !env['NO_COLOR'];
  stdout.write(report.text({ width: Math.min(stdout.columns ?? MAX_WIDTH, MAX_WIDTH), coloured }));
}
