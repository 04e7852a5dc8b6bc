/** A request that is followed through a proxy's configuration. */
export interface TraceQuestion {
  /** In small letters; a name or an address. */
  readonly host: string;
  readonly port: number;
  /** With its query. */
  readonly path: string;
  readonly method: string;
  /** By their names in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  /** What the client speaks; `mtls` is what a sidecar speaks to another one. */
  readonly protocol: TraceProtocol;
  /** The server name that TLS asks for. */
  readonly sni: string;
  /** `outbound`: from the proxy's own application, or through a gateway; `inbound`: to its application. */
  readonly direction: 'outbound' | 'inbound';
}

export type TraceProtocol = 'http' | 'tls' | 'tcp' | 'mtls';

/**
 * Whether a regular expression of Envoy's (RE2) matches the whole of a text.
 * @returns nothing where it cannot be told
 */
export type RegexTest = (pattern: string, text: string) => boolean | undefined;
