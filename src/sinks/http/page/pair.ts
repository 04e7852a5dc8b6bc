import type { MeshSnapshot } from '../../../model/snapshot.ts';
import { podWord, shellWord } from '../../../rungs/wording.ts';
import { type PairCheck, pairChecks } from './pair-checks.ts';
import { callersIn, type PairPod, serversIn } from './pair-servers.ts';
import { refusedOf } from './pair-verdict.ts';
import { type TrafficPair, trafficPairs } from './traffic-pairs.ts';

/** All that is known between a workload and a destination. */
export interface Pair {
  /** How far back was looked; null: no requests are known, or not for long enough. */
  readonly seconds: number | null;
  /** Null where no request was seen. */
  readonly traffic: TrafficPair | null;
  readonly callers: readonly PairPod[];
  readonly servers: readonly PairPod[];
  readonly checks: readonly PairCheck[];
  /** A command that follows a request through what the caller's proxy has; null where no pod of it is known. */
  readonly trace: string | null;
}

/** A person looks at a few pods. */
const MAX_PODS = 20;

/** @param query `namespace workload destination` */
export function pair(snapshot: MeshSnapshot, query: URLSearchParams): Pair {
  const [namespace, workload, host] = ['namespace', 'workload', 'destination'].map((name) => query.get(name) ?? '');
  const callers = callersIn(snapshot, { namespace: namespace ?? '', workload: workload ?? '' });
  const found = serversIn(snapshot, host ?? '');
  const servers = found?.pods ?? [];
  const { seconds, pairs } = trafficPairs(snapshot, query);
  const traffic = pairs[0] ?? null;
  const port = found?.service.ports[0]?.port;
  const [caller] = callers;
  const target = port === undefined ? undefined : `${host}:${port}/`;
  return {
    seconds,
    traffic,
    callers: callers.slice(0, MAX_PODS),
    servers: servers.slice(0, MAX_PODS),
    checks: pairChecks(snapshot, { host: host ?? '', callers, servers, refused: refusedOf(traffic?.codes ?? []) }),
    trace:
      caller === undefined || target === undefined ? null : `meshladder trace ${podWord(caller)} ${shellWord(target)}`,
  };
}
