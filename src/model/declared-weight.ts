/** The share of a route's requests that configuration sends to one subset of one destination. */
export interface DeclaredWeight {
  readonly object: { readonly kind: 'VirtualService' | 'HTTPRoute'; readonly namespace: string; readonly name: string };
  /** Envoy's name of the route, as access logs show it; `""` for a route without one. */
  readonly route: string;
  /** FQDN. */
  readonly destination: string;
  /** `""` for none. */
  readonly subset: string;
  /** 0..1. */
  readonly ratio: number;
}
