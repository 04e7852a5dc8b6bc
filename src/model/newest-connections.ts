import type { EpochSeconds } from './brand.ts';
import type { ControlPlane, IstiodAnswer } from './control-plane.ts';
import { type ProxyConnection, proxyKey } from './proxy.ts';
import { eachInSteps, runSteps, type Steps } from './steps.ts';

/** A proxy's newest connection, and the istiod that lists it. */
export interface ListedProxy {
  readonly connection: ProxyConnection;
  readonly answer: IstiodAnswer;
}

/**
 * Every proxy once, by `proxyKey`. After a reconnect one proxy stands in the lists of two istiods, or twice in one, for
 * as long as the old connection takes to be noticed dead; sync state belongs to a connection, so only the newest
 * counts. An istiod that just answered is believed before one whose last answer is all we have.
 * @param meshCluster cluster of proxies whose istiod does not say
 */
export function newestConnections(controlPlane: ControlPlane, meshCluster: string): ReadonlyMap<string, ListedProxy> {
  return runSteps(newestConnectionsInSteps(controlPlane, meshCluster));
}

export function* newestConnectionsInSteps(
  controlPlane: ControlPlane,
  meshCluster: string,
): Steps<ReadonlyMap<string, ListedProxy>> {
  const newest = new Map<string, ListedProxy>();
  for (const answer of controlPlane.istiods) {
    yield* eachInSteps(answer.proxies, (connection) => {
      const key = proxyKey(connection, connection.cluster ?? meshCluster);
      const listed: ListedProxy = { connection, answer };
      const rival = newest.get(key);
      if (rival === undefined || replaces(listed, rival)) newest.set(key, listed);
    });
  }
  return newest;
}

function replaces(candidate: ListedProxy, rival: ListedProxy): boolean {
  const candidateFails = candidate.answer.error !== undefined;
  const rivalFails = rival.answer.error !== undefined;
  if (candidateFails !== rivalFails) return rivalFails;
  return isNewer(candidate.connection, rival.connection);
}

/**
 * Whether a connection of a proxy is newer than another of the same proxy: by when they were opened, where istiod says
 * so of both (a push reaches old and new alike), else by what was sent last.
 */
export function isNewer(candidate: ProxyConnection, rival: ProxyConnection): boolean {
  if (candidate.connectedAt !== undefined && rival.connectedAt !== undefined) {
    return candidate.connectedAt > rival.connectedAt;
  }
  return (lastSentAt(candidate) ?? 0) > (lastSentAt(rival) ?? 0);
}

function lastSentAt(connection: ProxyConnection): EpochSeconds | undefined {
  let last: EpochSeconds | undefined;
  for (const type of Object.values(connection.types)) {
    if (type.sentAt !== undefined && (last === undefined || type.sentAt > last)) last = type.sentAt;
  }
  return last;
}
