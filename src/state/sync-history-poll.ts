import type { EpochSeconds } from '../model/brand.ts';
import type { ObjectMap } from '../model/cluster.ts';
import type { ControlPlane } from '../model/control-plane.ts';
import { current } from '../model/current.ts';
import { localCluster } from '../model/local-cluster.ts';
import type { ListedProxy } from '../model/newest-connections.ts';
import { known } from '../model/observed.ts';
import { type RevisionTags, revisionTags } from '../model/proxy-revision.ts';
import type { MeshSnapshot } from '../model/snapshot.ts';
import type { ProxyHistory, SyncHistory } from '../model/sync-history.ts';
import type { Pod } from '../model/workload.ts';
import { type ControlView, controlView } from './control-view.ts';
import type { Advance } from './sync-history-advance.ts';
import { createChangeCounter, createChangeMaker } from './sync-history-changes.ts';

/** What an earlier process knew is worth nothing once polls had this long to say otherwise. */
const RESTORED_SECONDS = 900;

const NO_CLUSTERS: ReadonlySet<string> = new Set();

/** One poll while it is taken in. */
export interface Poll {
  readonly previous: ReadonlyMap<string, ProxyHistory>;
  readonly next: Map<string, ProxyHistory>;
  readonly listed: ReadonlyMap<string, ListedProxy>;
  /** Absent where Kubernetes cannot be asked: then no proxy can be called missing. */
  readonly pods: ObjectMap<Pod> | undefined;
  /** As Kubernetes last gave them, however long ago. */
  readonly lastPods: ObjectMap<Pod> | undefined;
  readonly tags: RevisionTags;
  readonly view: ControlView;
  readonly meshCluster: string;
  /** The cluster of our pods. */
  readonly cluster: string;
  /** Clusters of whose proxies another snapshot tells. */
  readonly elsewhere: ReadonlySet<string>;
  readonly graceSeconds: number;
  readonly advance: Advance;
  lastChangeAt: EpochSeconds | undefined;
  /** A proxy known before is known no more. */
  forgot: boolean;
}

export interface PollAnswer {
  readonly controlPlane: ControlPlane;
  readonly listed: ReadonlyMap<string, ListedProxy>;
  readonly now: EpochSeconds;
}

/** Begins to take a poll in: what was known before, and by what it is judged. */
export function openPoll(
  previous: SyncHistory,
  snapshot: MeshSnapshot,
  { controlPlane, listed, now }: PollAnswer,
): Poll {
  const { meshCluster, missingGraceSeconds, staleAfterSeconds } = snapshot.settings;
  const pods = current(snapshot.cluster.pods, now, staleAfterSeconds);
  const firstAt = previous.firstAt ?? now;
  const restored = now - firstAt <= RESTORED_SECONDS ? previous.restored : undefined;
  const poll: Poll = {
    previous: previous.proxies,
    next: new Map(),
    listed,
    pods,
    lastPods: known(snapshot.cluster.pods),
    tags: revisionTags(snapshot.cluster),
    view: controlView(controlPlane, now, missingGraceSeconds),
    meshCluster,
    cluster: localCluster(listed, pods, previous.cluster ?? meshCluster),
    elsewhere: controlPlane.elsewhere ?? NO_CLUSTERS,
    graceSeconds: missingGraceSeconds,
    lastChangeAt: previous.lastChangeAt,
    forgot: false,
    advance: {
      now,
      previousAt: previous.at,
      firstAt,
      restored: new Map(restored),
      counter: createChangeCounter(previous.changes),
      change: createChangeMaker(now),
      changed() {
        poll.lastChangeAt = now;
      },
    },
  };
  return poll;
}

/** What is known after it. */
export function closePoll(poll: Poll, number: number): SyncHistory {
  const { next, advance, lastChangeAt } = poll;
  if (poll.forgot) advance.counter.keepOnly(next.values());
  return {
    poll: number,
    at: advance.now,
    firstAt: advance.firstAt,
    proxies: next,
    changes: advance.counter.total(),
    cluster: poll.cluster,
    ...(lastChangeAt === undefined ? {} : { lastChangeAt }),
    ...(advance.restored.size === 0 ? {} : { restored: advance.restored }),
  };
}
