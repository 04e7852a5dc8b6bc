import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';

type Env = Readonly<Record<string, string | undefined>>;

/** The pod that this process runs in; outside of a cluster, the machine. */
export function podName(env: Env): string {
  return env['POD_NAME'] || env['HOSTNAME'] || hostname();
}

/** A name for this process alone: a container that starts again in the same pod is another. */
export function newIdentity(env: Env): string {
  return `${podName(env)}_${randomUUID()}`;
}
