import type { EpochSeconds } from '../../model/brand.ts';
import type { ObjectMap } from '../../model/cluster.ts';
import type { Observed } from '../../model/observed.ts';
import type { ConfigObject } from '../../model/workload.ts';
import type { ApiGroups } from './api-groups.ts';
import { createInformer, type Informer } from './informer.ts';
import type { InformerOutcome, InformerTiming } from './informer-needs.ts';
import type { ConfigKind, Kind, Reach } from './kinds.ts';
import type { KubeApi } from './kube-api.ts';
import { memoiseLast } from './memoise.ts';
import { mergeObserved } from './merge-observed.ts';
import { mapConfigObject } from './objects/config-objects.ts';

/** What all feeds of a source share. */
export interface FeedSetting {
  readonly api: KubeApi;
  readonly groups: ApiGroups;
  /** Confines us to these; empty: all. */
  readonly namespaces: readonly string[];
  readonly rootNamespace: string;
  readonly timing: InformerTiming;
  readonly random: () => number;
  readonly now: () => EpochSeconds;
  readonly changed: () => void;
  readonly outcome: (label: string, outcome: InformerOutcome) => void;
}

/** One kind, from however many lists it takes. */
export interface Feed<T> {
  read(): Observed<ObjectMap<T>>;
  isCurrent(): boolean;
  /** Resolves when `signal` aborts. */
  run(signal: AbortSignal): Promise<void>;
}

/** One list of a kind: where below the group's path, and with which selectors. */
interface Scope {
  readonly label: string;
  readonly below: string;
  readonly query: Readonly<Record<string, string>>;
}

/** A built-in kind: its path is known, and its absence is a failure. */
export function createFeed<T>(kind: Kind<T>, setting: FeedSetting): Feed<T> {
  const base = kind.group === '' ? `/api/${kind.version}` : `/apis/${kind.group}/${kind.version}`;
  const page = kind.pageSize === undefined ? {} : { limit: String(kind.pageSize) };
  const scopes = (kind.selectors ?? [{}]).flatMap((selector) => scopesOf(kind, setting, { ...selector, ...page }));
  return joinInformers(
    scopes.map((scope) =>
      createInformer<T>({
        ...common(setting, scope),
        locate: async () => `${base}${scope.below}`,
        optional: false,
        metadataOnly: kind.metadataOnly ?? false,
        map: kind.map,
      }),
    ),
  );
}

/** An Istio or Gateway API kind: the cluster says in which version it has it, if at all. */
export function createConfigFeed(kind: ConfigKind, setting: FeedSetting): Feed<ConfigObject> {
  return joinInformers(
    scopesOf(kind, setting, {}).map((scope) =>
      createInformer<ConfigObject>({
        ...common(setting, { ...scope, label: `${scope.label} (${kind.group})` }),
        async locate(signal) {
          const version = await setting.groups.versionOf(kind.group, kind.resource, signal);
          return version === undefined ? undefined : `/apis/${kind.group}/${version}${scope.below}`;
        },
        optional: true,
        metadataOnly: false,
        map: mapConfigObject,
      }),
    ),
  );
}

function common(setting: FeedSetting, { label, query }: Scope) {
  const { api, timing, random, now, changed, outcome } = setting;
  return { api, timing, random, now, changed, label, query, outcome: (each: InformerOutcome) => outcome(label, each) };
}

function scopesOf(
  { resource, reach }: { readonly resource: string; readonly reach: Reach },
  { namespaces, rootNamespace }: FeedSetting,
  query: Readonly<Record<string, string>>,
): Scope[] {
  const inNamespace = (name: string): Scope => ({
    label: `${resource} in ${name}`,
    below: `/namespaces/${encodeURIComponent(name)}/${resource}`,
    query,
  });
  if (reach === 'root') return [inNamespace(rootNamespace)];
  if (reach === 'cluster' || namespaces.length === 0) return [{ label: resource, below: `/${resource}`, query }];
  if (reach === 'namespaced') return namespaces.map(inNamespace);
  return namespaces.map((name) => ({
    label: `${resource} ${name}`,
    below: `/${resource}`,
    query: { ...query, fieldSelector: `metadata.name=${name}` },
  }));
}

function joinInformers<T>(informers: readonly Informer<T>[]): Feed<T> {
  const merge = memoiseLast<Observed<ObjectMap<T>>, Observed<ObjectMap<T>>>(mergeObserved);
  return {
    read: () => merge(informers.map((informer) => informer.read())),
    isCurrent: () => informers.every((informer) => informer.isCurrent()),
    async run(signal) {
      await Promise.all(informers.map((informer) => informer.run(signal)));
    },
  };
}
