import { type KubeApi, KubeApiError, type RawObject } from './kube-api.ts';
import { records, text } from './objects/fields.ts';

/** What the API server says it serves. Kept for a while, and asked once however many want to know. */
export interface ApiGroups {
  /** Every group's name. @throws KubeApiError */
  names(signal: AbortSignal): Promise<readonly string[]>;
  /**
   * The first version of the group, in the server's own order of preference, that serves the resource; undefined when
   * none does. Kinds of one group differ: EnvoyFilter is v1alpha3 where VirtualService is v1. @throws KubeApiError
   */
  versionOf(group: string, resource: string, signal: AbortSignal): Promise<string | undefined>;
}

/** Group and version become part of a path. */
const SAFE = /^[a-z0-9.-]+$/;

/** @param keepMs how long an answer is good for */
export function createApiGroups(api: KubeApi, keepMs: number): ApiGroups {
  const kept = new Map<string, { readonly at: number; readonly answer: Promise<RawObject | undefined> }>();

  function ask(path: string, signal: AbortSignal): Promise<RawObject | undefined> {
    const known = kept.get(path);
    if (known !== undefined && performance.now() - known.at < keepMs) return known.answer;
    const answer = api.get(path, signal).catch((cause: unknown) => {
      if (cause instanceof KubeApiError && cause.status === 404 && path !== '/apis') return undefined;
      // A failure is not kept: who asks next, asks the server.
      kept.delete(path);
      throw cause;
    });
    kept.set(path, { at: performance.now(), answer });
    return answer;
  }

  async function groups(signal: AbortSignal): Promise<readonly RawObject[]> {
    return records((await ask('/apis', signal))?.['groups']);
  }

  return {
    names: async (signal) => (await groups(signal)).flatMap((group) => text(group['name']) ?? []),
    async versionOf(group, resource, signal) {
      const found = (await groups(signal)).find(({ name }) => name === group);
      for (const { version } of records(found?.['versions'])) {
        if (typeof version !== 'string' || !SAFE.test(version)) continue;
        const served = records((await ask(`/apis/${group}/${version}`, signal))?.['resources']);
        if (served.some(({ name }) => name === resource)) return version;
      }
      return undefined;
    },
  };
}
