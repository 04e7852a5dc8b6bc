import { parseDuration } from '../config/units.ts';
import type { AskedPart } from '../model/asked-pods.ts';
import { readAskedPod, readNamespace } from './config-pod-name.ts';
import { type ExporterFlags, httpConfigFile } from './exporter-client.ts';
import { type Io, UserError } from './io.ts';
import { type AccessFlags, checkAccess, type IstiodAccessOptions, readAccess } from './istiod-access.ts';
import { checkServer, checkUrl } from './status-options.ts';

/** As commander gives them. */
export interface CheckFlags extends AccessFlags, ExporterFlags {
  readonly namespace?: string;
  readonly output: string;
  readonly url?: readonly string[];
  readonly prometheus?: string;
  readonly prometheusTokenFile?: string;
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly istioNamespace: string;
  readonly timeout: string;
  /** False after `--no-inspect`. */
  readonly inspect: boolean;
  readonly color: boolean;
}

export interface CheckOptions {
  /** Absent: the whole mesh. */
  readonly about?: AskedPart;
  readonly output: 'text' | 'json';
  readonly server?: string;
  /** How to log in there. */
  readonly httpConfigFile?: string;
  /** Istiods to ask; empty: those of the cluster. */
  readonly urls: readonly string[];
  readonly access: IstiodAccessOptions;
  /** Asked what agents have counted. */
  readonly prometheus?: { readonly url: string; readonly tokenFile?: string };
  readonly origin: { readonly kubeconfig?: string; readonly context?: string };
  readonly rootNamespace: string;
  readonly timeoutMs: number;
  /** Whether the Envoy of a pod is looked into. */
  readonly inspect: boolean;
  readonly coloured: boolean;
}

/** @throws UserError for what makes no sense, or not together */
export function readCheckOptions(pod: string | undefined, flags: CheckFlags, io: Io): CheckOptions {
  const { output, server, url = [], kubeconfig, context } = flags;
  if (output !== 'text' && output !== 'json') throw new UserError(`-o ${output}: give text or json`);
  checkTogether(flags);
  const timeoutMs = parseDuration(flags.timeout);
  if (typeof timeoutMs !== 'number') throw new UserError(`--timeout: ${timeoutMs.problem}`);
  const about = aboutOf(pod, flags.namespace);
  return {
    ...(about !== undefined && { about }),
    output,
    ...(server !== undefined && { server: checkServer(server) }),
    ...httpConfigFile(flags, io),
    urls: url.map((each) => checkUrl('--url', each)),
    access: readAccess(flags),
    ...prometheusOf(flags),
    origin: { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) },
    rootNamespace: flags.istioNamespace,
    timeoutMs,
    inspect: flags.inspect,
    coloured: flags.color && io.stdout.isTTY === true && !io.env['NO_COLOR'],
  };
}

function checkTogether(flags: CheckFlags): void {
  const { server, url = [], prometheus, prometheusTokenFile } = flags;
  if (server !== undefined && url.length > 0) throw new UserError('--server and --url: give one of them');
  if (server !== undefined && prometheus !== undefined) {
    throw new UserError(
      '--server and --prometheus: give one of them; an exporter asks the Prometheus it is configured with',
    );
  }
  if (prometheus === undefined && prometheusTokenFile !== undefined) {
    throw new UserError('--prometheus-token-file: only with --prometheus');
  }
  checkAccess(flags, server === undefined ? 'kubernetes' : 'server');
}

function prometheusOf({ prometheus, prometheusTokenFile: tokenFile }: CheckFlags): Pick<CheckOptions, 'prometheus'> {
  if (prometheus === undefined) return {};
  const url = checkUrl('--prometheus', prometheus);
  return { prometheus: { url, ...(tokenFile !== undefined && { tokenFile }) } };
}

/** What a command is about: a pod or what runs pods, else a namespace. @throws UserError where it names none of them */
export function aboutOf(pod: string | undefined, namespace: string | undefined): AskedPart | undefined {
  if (pod !== undefined) return readAskedPod(pod, namespace);
  return namespace === undefined ? undefined : { namespace: readNamespace(namespace) };
}
