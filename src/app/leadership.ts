import { readFile } from 'node:fs/promises';
import type { Config } from '../config/config.ts';
import type { Shard } from '../model/shard.ts';
import type { Log } from '../runtime/log.ts';
import type { Standby } from '../sinks/http/standby.ts';
import type { LeaseName } from '../sources/kubernetes/lease/lease-client.ts';
import type { Lead } from '../sources/kubernetes/lease/term.ts';
import type { Clock, RbacNeed } from '../sources/source.ts';
import type { KubernetesConnection } from './kubernetes.ts';
import { pause } from './pause.ts';
import { newIdentity } from './replica.ts';
import { StartError } from './start-error.ts';

/** Who of several replicas asks istiods and tells of the mesh. */
export interface Leadership {
  /** What finding that out asks of Kubernetes. */
  readonly rbac: readonly RbacNeed[];
  /** Undefined where it is this one; else who leads instead. */
  standby(): Standby | undefined;
  /** Does what a leader does for as long as this one leads, again and again, until `signal` aborts. */
  run(lead: Lead, signal: AbortSignal): Promise<void>;
}

export interface LeadershipOptions {
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly log: Log;
  readonly shard: Shard;
  readonly kubernetes: KubernetesConnection | undefined;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Where Kubernetes tells a pod its namespace. */
const NAMESPACE_FILE = '/var/run/secrets/kubernetes.io/serviceaccount/namespace';

/** The only replica there is. */
const ALONE: Leadership = { rbac: [], standby: () => undefined, run: (lead, signal) => lead(signal) };

/** Before it is known how to find out who leads, nobody does. */
export function undecided({ leaderElection }: Config): Pick<Leadership, 'standby'> {
  return leaderElection.enabled ? { standby: () => ({ leader: undefined }) } : ALONE;
}

/** An election by a Lease where the configuration asks for one. @throws StartError when it cannot be held */
export async function createLeadership(options: LeadershipOptions): Promise<Leadership> {
  const { config, env, clock, kubernetes, shard } = options;
  const { enabled, leaseDuration, renewDeadline, retryPeriod } = config.leaderElection;
  if (!enabled) return ALONE;
  if (kubernetes === undefined) {
    throw new StartError(
      'leaderElection.enabled is true, and there is no Kubernetes API to hold a Lease in: this is no pod and there is no kubeconfig; give --kubeconfig, or turn it off',
    );
  }
  const [{ createCandidate }, { createElection }, { createLeaseClient, leaseNeeds }] = await Promise.all([
    import('../sources/kubernetes/lease/candidate.ts'),
    import('../sources/kubernetes/lease/election.ts'),
    import('../sources/kubernetes/lease/lease-client.ts'),
  ]);
  const identity = newIdentity(env);
  const lease = await leaseNameOf(config, shard, env);
  const log = options.log.child({ lease: `${lease.namespace}/${lease.name}` });
  const client = createLeaseClient(kubernetes.api, lease);
  const election = createElection({
    identity,
    candidate: createCandidate({ identity, client, clock, durationMs: leaseDuration }),
    timing: { renewDeadlineMs: renewDeadline, retryPeriodMs: retryPeriod },
    clock,
    sleep: pause,
    random: Math.random,
    log,
  });
  return {
    rbac: leaseNeeds(lease.name),
    standby: () => (election.leads() ? undefined : { leader: election.leader() }),
    run: election.run,
  };
}

async function leaseNameOf({ leaderElection }: Config, { index, count }: Shard, env: Env): Promise<LeaseName> {
  const { leaseName, leaseNamespace } = leaderElection;
  const name = count === 1 ? leaseName : `${leaseName}-${index}`;
  return { name, namespace: leaseNamespace ?? (await ownNamespace(env)) };
}

async function ownNamespace(env: Env): Promise<string> {
  const namespace = (await readFile(NAMESPACE_FILE, 'utf8').catch(() => '')).trim() || env['POD_NAMESPACE'];
  if (namespace) return namespace;
  throw new StartError(
    `no namespace for the Lease: ${NAMESPACE_FILE} cannot be read, and POD_NAMESPACE is not set; set leaderElection.leaseNamespace`,
  );
}
