/** What runs pods, by its name in the API; `pods` are themselves. */
export type PodOwner = 'pods' | 'deployments' | 'statefulsets' | 'daemonsets' | 'replicasets';

/** As kubectl and istioctl take them before a slash. */
const WORDS: Readonly<Record<string, PodOwner>> = {
  po: 'pods',
  pod: 'pods',
  pods: 'pods',
  deploy: 'deployments',
  deployment: 'deployments',
  deployments: 'deployments',
  sts: 'statefulsets',
  statefulset: 'statefulsets',
  statefulsets: 'statefulsets',
  ds: 'daemonsets',
  daemonset: 'daemonsets',
  daemonsets: 'daemonsets',
  rs: 'replicasets',
  replicaset: 'replicasets',
  replicasets: 'replicasets',
};

/** The kind of owner that a word of kubectl means, whatever its case; undefined for what runs no pods. */
export function podOwnerOf(word: string): PodOwner | undefined {
  const lower = word.toLowerCase();
  return Object.hasOwn(WORDS, lower) ? WORDS[lower] : undefined;
}

/** `deployment`, as an owner calls itself in the singular. */
export function oneOwner(of: PodOwner): string {
  return of.slice(0, -1);
}
