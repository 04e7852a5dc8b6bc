import { parseDuration } from '../config/units.ts';
import { type Io, UserError } from './io.ts';
import { checkUrl } from './status-options.ts';

/** As commander gives them. */
export interface CheckFlags {
  readonly namespace?: string;
  readonly output: string;
  readonly server?: string;
  readonly url?: readonly string[];
  readonly prometheus?: string;
  readonly prometheusTokenFile?: string;
  readonly tokenFile?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly istioNamespace: string;
  readonly timeout: string;
  readonly color: boolean;
}

/** The pod that a command is about. */
export interface PodOfCommand {
  readonly namespace: string;
  readonly name: string;
}

export interface CheckOptions {
  /** Absent: the whole mesh. */
  readonly about?: PodOfCommand;
  readonly output: 'text' | 'json';
  readonly server?: string;
  /** Istiods to ask; empty: those of the cluster. */
  readonly urls: readonly string[];
  readonly tokenFile: string | undefined;
  /** Asked what agents have counted. */
  readonly prometheus?: { readonly url: string; readonly tokenFile?: string };
  readonly origin: { readonly kubeconfig?: string; readonly context?: string };
  readonly rootNamespace: string;
  readonly timeoutMs: number;
  readonly coloured: boolean;
}

/** @throws UserError for what makes no sense, or not together */
export function readCheckOptions(pod: string | undefined, flags: CheckFlags, io: Io): CheckOptions {
  const { output, server, url = [], kubeconfig, context } = flags;
  if (output !== 'text' && output !== 'json') throw new UserError(`-o ${output}: give text or json`);
  checkTogether(flags);
  const timeoutMs = parseDuration(flags.timeout);
  if (typeof timeoutMs !== 'number') throw new UserError(`--timeout: ${timeoutMs.problem}`);
  const about = podOf(pod, flags.namespace);
  return {
    ...(about !== undefined && { about }),
    output,
    ...(server !== undefined && { server: checkUrl('--server', server) }),
    urls: url.map((each) => checkUrl('--url', each)),
    tokenFile: flags.tokenFile,
    ...prometheusOf(flags),
    origin: { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) },
    rootNamespace: flags.istioNamespace,
    timeoutMs,
    coloured: flags.color && io.stdout.isTTY === true && !io.env['NO_COLOR'],
  };
}

function checkTogether({ server, url = [], prometheus, prometheusTokenFile }: CheckFlags): void {
  if (server !== undefined && url.length > 0) throw new UserError('--server and --url: give one of them');
  if (server !== undefined && prometheus !== undefined) {
    throw new UserError(
      '--server and --prometheus: give one of them; an exporter asks the Prometheus it is configured with',
    );
  }
  if (prometheus === undefined && prometheusTokenFile !== undefined) {
    throw new UserError('--prometheus-token-file: only with --prometheus');
  }
}

function prometheusOf({ prometheus, prometheusTokenFile: tokenFile }: CheckFlags): Pick<CheckOptions, 'prometheus'> {
  if (prometheus === undefined) return {};
  const url = checkUrl('--prometheus', prometheus);
  return { prometheus: { url, ...(tokenFile !== undefined && { tokenFile }) } };
}

/** A pod's name may hold dots, a namespace's none. @throws UserError where it does not name one pod */
export function podOf(pod: string | undefined, namespace: string | undefined): PodOfCommand | undefined {
  if (pod === undefined) {
    if (namespace !== undefined) throw new UserError('-n: only with a pod; without one the whole mesh is told');
    return undefined;
  }
  if (namespace !== undefined) {
    const ending = `.${namespace}`;
    return { namespace, name: pod.endsWith(ending) ? pod.slice(0, -ending.length) : pod };
  }
  const dot = pod.lastIndexOf('.');
  if (dot <= 0 || dot === pod.length - 1) {
    throw new UserError(`${pod}: write it as POD.NAMESPACE, or name its namespace with -n`);
  }
  return { namespace: pod.slice(dot + 1), name: pod.slice(0, dot) };
}
