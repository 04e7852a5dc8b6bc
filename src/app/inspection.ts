import type { Config } from '../config/config.ts';
import type { Inspections } from '../model/inspection.ts';
import type { Shard } from '../model/shard.ts';
import type { DiffExcerpt } from '../sinks/report/diff-excerpt.ts';
import type { AdminAnswer } from '../sources/envoy/admin.ts';
import type { EnvoyPart } from '../sources/envoy/admin-requests.ts';
import { EnvoyAnswerError } from '../sources/envoy/envoy-answer-error.ts';
import type { AskedLooks } from '../sources/inspection/asked-looks.ts';
import type { InspectionTarget } from '../sources/inspection/targets.ts';
import type { Explained, InspectionWay } from '../sources/inspection/way.ts';
import { AskError } from '../sources/istiod/ask-error.ts';
import type { ConfigDump, ConfigDumps } from '../sources/istiod/config-dump.ts';
import type { IstiodTarget } from '../sources/istiod/discover.ts';
import { createForwardingClient } from '../sources/istiod/forwarding-client.ts';
import type { KubeAccess } from '../sources/kubernetes/kube-access.ts';
import { KubeApiError } from '../sources/kubernetes/kube-api.ts';
import type { Scheduler, Source } from '../sources/source.ts';
import { inspectInThread } from './inspect-in-thread.ts';
import type { IstiodPart } from './istiod-part.ts';
import type { Mesh } from './mesh.ts';
import { ownTargets } from './shard.ts';

export interface InspectionOptions {
  readonly config: Config;
  readonly mesh: Mesh;
  readonly scheduler: Scheduler;
  readonly access: KubeAccess;
  /** Unasked, only proxies of its namespaces are looked into. */
  readonly shard: Shard;
  readonly asked: AskedLooks<DiffExcerpt>;
  readonly istiods: Pick<IstiodPart, 'serving'>;
}

/** Looks into Envoys, and how to let go of what they need. */
export interface RunningInspection {
  readonly source: Source<Inspections>;
  close(): Promise<void>;
}

/** All that the ladder asks of an Envoy. */
export const LOOK_PARTS: readonly EnvoyPart[] = [
  'bootstrap',
  'clusters',
  'listeners',
  'routes',
  'endpoints',
  'statuses',
  'loggers',
];

/** Builds the source that looks into running Envoys through the Kubernetes API. */
export async function createInspection({
  config,
  mesh,
  scheduler,
  access,
  asked,
  shard,
  istiods: part,
}: InspectionOptions): Promise<RunningInspection> {
  const [{ createPortForward, PORT_FORWARD_NEED }, { createEnvoyAdmin }, { createInspectionSource }, targets] =
    await Promise.all([
      import('../sources/kubernetes/port-forward.ts'),
      import('../sources/envoy/admin.ts'),
      import('../sources/inspection/source.ts'),
      import('../sources/inspection/targets.ts'),
    ]);
  const { proxiesPerMinute, concurrency, interval, timeout, maxBytes, askIstiod } = config.inspect;
  const admin = createEnvoyAdmin({
    portForward: createPortForward({ access }),
    deadlineMs: timeout,
    limitBytes: maxBytes,
  });
  const istiods = await createIstiods(config, part);
  const way: InspectionWay<readonly AdminAnswer[], ConfigDump, DiffExcerpt> = {
    look: ({ namespace, name }, signal) => admin.fetch({ namespace, pod: name }, LOOK_PARTS, signal),
    sentTo: (target, signal) => istiods.of(target).read({ namespace: target.namespace, pod: target.name }, signal),
    reduce({ target, dump, sent, siblings, wantsDiff }, signal) {
      const pod = { namespace: target.namespace, pod: target.name };
      const task = { pod, answers: dump, sent, siblings, wantsDiff, limitBytes: maxBytes };
      return inspectInThread(task, signal);
    },
    explain,
  };
  const source = createInspectionSource({
    way,
    targets: ownTargets(shard, () => targets.inspectionTargets(mesh.read())),
    scheduler,
    perMinute: proxiesPerMinute,
    concurrency,
    intervalMs: interval,
    timeoutMs: timeout,
    askIstiod,
    asked,
    rbac: [PORT_FORWARD_NEED],
  });
  return { source, close: istiods.close };
}

/** What is wrong with one pod slows down nothing; the API server, the network or an istiod in trouble does. */
export function explain(error: unknown): Explained | undefined {
  if (error instanceof EnvoyAnswerError) return { reason: error.reason };
  if (error instanceof AskError) return slowing(error.reason);
  if (!(error instanceof KubeApiError)) return undefined;
  const { reason, status, retryAfterMs, cause } = error;
  // The node itself says that nothing listens in the pod: the way there is open.
  if (reason.code === 'refused' && status === undefined && cause === undefined) return { reason };
  return { ...slowing(reason), ...(retryAfterMs !== undefined && { retryAfterMs }) };
}

/** A pod that is gone, or too large an answer, is no sign of trouble. */
function slowing(reason: Explained['reason']): Explained {
  const isOwn = reason.code === 'not_found' || reason.code === 'too_large';
  return { reason, ...(!isOwn && { slows: true }) };
}

interface Istiods {
  /** Asks the istiod that holds the proxy first, then the others. */
  of(target: InspectionTarget): ConfigDumps;
  close(): Promise<void>;
}

/** Asked as they are polled: over HTTP or xDS, with the same token. Where ports are forwarded to them, over HTTP alone. */
async function createIstiods({ istiod, inspect }: Config, { serving }: InspectionOptions['istiods']): Promise<Istiods> {
  const [{ createHttpClient }, { createConfigDumps }, { discoverIstiods, fixedIstiods }, { xdsWay }, { fileTrust }] =
    await Promise.all([
      import('../sources/istiod/http-client.ts'),
      import('../sources/istiod/config-dump.ts'),
      import('../sources/istiod/discover.ts'),
      import('../sources/istiod/xds-way.ts'),
      import('../sources/istiod/file-trust.ts'),
    ]);
  const client = createHttpClient();
  const { urls, access, caFile, tokenFile, xdsPort: port, serverName, rootNamespace } = istiod;
  const places = { port, serverName, rootNamespace };
  const fixed = istiod.discovery === 'static' ? fixedIstiods(urls, places) : undefined;
  const found = (): readonly IstiodTarget[] => fixed ?? discoverIstiods(serving().pods, places);
  const bounds = { deadlineMs: inspect.timeout, limitBytes: inspect.maxBytes };
  const xds = caFile === undefined ? undefined : xdsWay({ trust: fileTrust(caFile, tokenFile), ...bounds });
  return {
    of({ istiod: own }) {
      const isOwn = ({ istiod: { name } }: IstiodTarget): boolean => name === own;
      const targets = found().toSorted((one, other) => Number(isOwn(other)) - Number(isOwn(one)));
      const { portForward } = serving();
      if (portForward === undefined) {
        return createConfigDumps({ way: { client, targets, tokenFile }, xds, access, ...bounds });
      }
      const forwarding = createForwardingClient({ portForward, targets });
      return createConfigDumps({ way: { client: forwarding, targets, tokenFile: undefined }, ...bounds });
    },
    async close() {
      xds?.close();
      await client.close();
    },
  };
}
