/** What every Kubernetes object says of itself. */
export interface ObjectMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  /** RFC 3339, whole seconds. */
  readonly creationTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [key: string]: unknown;
}

/** An object as the API server stores it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly [key: string]: unknown;
}

/** An object before it is stored: the API server fills in the rest. */
export type NewObject = Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'> & Readonly<Record<string, unknown>>;

/** The order and identity of an object within its kind: `namespace/name`, or `name` where there is no namespace. */
export function keyOf({ metadata }: Pick<KubeObject, 'metadata'>): string {
  return objectKey(metadata.namespace, metadata.name);
}

export function objectKey(namespace: string | undefined, name: string): string {
  return namespace === undefined || namespace === '' ? name : `${namespace}/${name}`;
}

/** A moment as Kubernetes writes it: whole seconds. */
export function kubeTime(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
