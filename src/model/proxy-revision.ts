import type { ClusterObjects, ObjectMap } from './cluster.ts';
import type { InjectionWebhook } from './injection.ts';
import { known } from './observed.ts';
import type { Pod } from './workload.ts';

/** Which revision a revision tag stands for now. */
export type RevisionTags = ReadonlyMap<string, string>;

const NO_TAGS: RevisionTags = new Map();
const tagsOf = new WeakMap<ObjectMap<InjectionWebhook>, RevisionTags>();

/** Tags by their MutatingWebhookConfigurations; none where those are not known. */
export function revisionTags({ injectors }: ClusterObjects): RevisionTags {
  const webhooks = known(injectors);
  if (webhooks === undefined) return NO_TAGS;
  let tags = tagsOf.get(webhooks);
  if (tags === undefined) {
    tags = new Map([...webhooks.values()].flatMap(({ tag, revision }) => (tag === undefined ? [] : [[tag, revision]])));
    tagsOf.set(webhooks, tags);
  }
  return tags;
}

/**
 * The revision whose istiods serve a pod's proxy: what the injector wrote on it, else its own label, which may be a
 * tag. Nothing where the pod does not say.
 */
export function revisionOfPod(pod: Pod, tags: RevisionTags): string | undefined {
  const injected = pod.annotations['istio.io/rev'];
  if (injected) return injected;
  const wanted = pod.labels['istio.io/rev'];
  return wanted ? (tags.get(wanted) ?? wanted) : undefined;
}
