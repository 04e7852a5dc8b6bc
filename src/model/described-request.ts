/**
 * A request, as far as it is known: a field that is left out is unknown, `null` says that the request has no such thing.
 * What is unknown makes an answer unknown only where it decides.
 */
export interface DescribedRequest {
  /** Whether the server's proxy reads the port as HTTP. */
  readonly protocol: 'http' | 'tcp';
  /** SPIFFE id without its scheme (`cluster.local/ns/shop/sa/web`); null for a caller without mesh certificate. */
  readonly principal?: string | null;
  /** Address of the connection's other end. */
  readonly sourceIp?: string;
  /** Address of the first client, from X-Forwarded-For or the PROXY protocol, as far as these are trusted. */
  readonly remoteIp?: string;
  readonly method?: string;
  /** With its query. */
  readonly path?: string;
  /** As sent, with its port where the client sent one. */
  readonly host?: string;
  /** The container's port, not the service's. */
  readonly port?: number;
  readonly destinationIp?: string;
  readonly sni?: string | null;
  /** By name in lower case; these and no others. Several of one name are joined by commas, as Envoy does. */
  readonly headers?: ReadonlyMap<string, string>;
  /** Claims of a token that a RequestAuthentication found good; null without one. */
  readonly claims?: Readonly<Record<string, unknown>> | null;
}

/** What a person could add for a surer answer. */
export type RequestField = Exclude<keyof DescribedRequest, 'protocol'> | 'filterMetadata' | 'labels';
