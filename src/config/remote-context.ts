/** A cluster that a context of the kubeconfig leads to. */
export interface RemoteContext {
  /** Istio's cluster id. */
  readonly id: string;
  readonly context: string;
}

/** `ID=CONTEXT` or `CONTEXT`, for Go too, which counts no higher than 1000. Contexts may hold nearly anything: `arn:aws:eks:…:cluster/west`, `gke_project_zone_west`. */
export const REMOTE_CONTEXT_FORM: RegExp = /^([^\s=,]{1,253}=[^\s,]{1,1000}|[^\s=,]{1,1000})$/;

/** @param text of `REMOTE_CONTEXT_FORM` */
export function readRemoteContext(text: string): RemoteContext {
  const at = text.indexOf('=');
  return at < 0 ? { id: text, context: text } : { id: text.slice(0, at), context: text.slice(at + 1) };
}
