/** What is wanted of a section, in istioctl's words; what is left out takes anything. */
export interface ConfigFilter {
  /** Clusters: a part of the service's name. */
  readonly fqdn?: string | undefined;
  readonly port?: number | undefined;
  readonly subset?: string | undefined;
  readonly direction?: string | undefined;
  /** Listeners and endpoints. */
  readonly address?: string | undefined;
  /** Listeners: `HTTP`, `TCP`, `HTTP+TCP`, `UNKNOWN`. */
  readonly type?: string | undefined;
  /** Routes: the whole name of a route configuration. */
  readonly name?: string | undefined;
  /** Endpoints: the whole name of a cluster. */
  readonly cluster?: string | undefined;
  /** Endpoints: `HEALTHY`, `UNHEALTHY`, `EJECTED`, or another of Envoy's words. */
  readonly status?: string | undefined;
}

/** Whether a text is the one wanted, or none is; capitals or not. */
export function isWanted(wanted: string | undefined, text: string): boolean {
  return wanted === undefined || wanted.toLowerCase() === text.toLowerCase();
}
