import type { InjectionWebhook } from './injection.ts';
import { selects } from './label-selector.ts';
import { isLeaving } from './proxy-pod.ts';
import type { Labels, Pod } from './workload.ts';

/** Why a pod that should have a proxy has none. */
export const INJECTION_GAPS = ['pod_older_than_injector', 'revision_not_found', 'webhook_did_not_run'] as const;
export type InjectionGap = (typeof INJECTION_GAPS)[number];

/** Namespaces that the injector passes over whatever their labels (Istio pkg/kube/inject IgnoredNamespaces). */
const IGNORED_NAMESPACES: ReadonlySet<string> = new Set([
  'kube-system',
  'kube-public',
  'kube-node-lease',
  'local-path-storage',
]);

/** What the injector would have decided on. */
export interface InjectionQuestion {
  readonly pod: Pod;
  readonly namespaceLabels: Labels;
  readonly injectors: readonly InjectionWebhook[];
}

/**
 * Why a pod lacks the sidecar that it would get if it were made now (Istio pkg/kube/inject/inject.go
 * injectRequired); nothing for one that has a proxy, needs none or refused it.
 */
export function injectionGap(question: InjectionQuestion): InjectionGap | undefined {
  const { pod, injectors } = question;
  if (pod.proxy !== undefined || isLeaving(pod) || isExempt(question)) return undefined;
  const chosen = injectors.filter((injector) => choosesPod(injector, question));
  if (chosen.length > 0) {
    // The oldest that chooses it: a tag set yesterday is no excuse when the revision was there before.
    const older = chosen.every(({ createdAt }) => pod.createdAt < createdAt);
    return older ? 'pod_older_than_injector' : 'webhook_did_not_run';
  }
  const wanted = wantedRevision(question);
  return wanted !== undefined && !isServed(wanted, injectors) ? 'revision_not_found' : undefined;
}

function choosesPod(injector: InjectionWebhook, { pod, namespaceLabels }: InjectionQuestion): boolean {
  return selects(injector.namespaceSelector, namespaceLabels) && selects(injector.objectSelector, pod.labels);
}

/** Never injected, or not to be: by the injector's own rules, by ambient, or because somebody said no. */
function isExempt({ pod, namespaceLabels }: InjectionQuestion): boolean {
  if (pod.hostNetwork || IGNORED_NAMESPACES.has(pod.namespace)) return true;
  // A mirror pod is a copy of what the kubelet runs from a file; what the webhook does to it has no effect.
  if (pod.owner?.kind === 'Node' || pod.labels['app'] === 'istiod') return true;
  const said = pod.labels['sidecar.istio.io/inject'] ?? pod.annotations['sidecar.istio.io/inject'];
  return said === 'false' || isAmbient(pod, namespaceLabels);
}

function isAmbient({ labels, annotations }: Pod, namespaceLabels: Labels): boolean {
  if (annotations['ambient.istio.io/redirection'] !== undefined) return true;
  return (labels['istio.io/dataplane-mode'] ?? namespaceLabels['istio.io/dataplane-mode']) === 'ambient';
}

/** The revision (or tag) the labels ask for; `default` for the labels that name none. `istio-injection` decides first. */
function wantedRevision({ pod, namespaceLabels }: InjectionQuestion): string | undefined {
  const injection = namespaceLabels['istio-injection'];
  if (injection !== undefined) return injection === 'enabled' ? 'default' : undefined;
  const revision = namespaceLabels['istio.io/rev'] ?? pod.labels['istio.io/rev'];
  if (revision) return revision;
  return pod.labels['sidecar.istio.io/inject'] === 'true' ? 'default' : undefined;
}

function isServed(wanted: string, injectors: readonly InjectionWebhook[]): boolean {
  return injectors.some(({ revision, tag }) => revision === wanted || tag === wanted);
}
