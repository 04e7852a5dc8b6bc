/** What a web configuration file asks for, read whole: the files it names are in it. */
export interface WebConfig {
  /** Absent: plain HTTP. */
  readonly tls?: TlsSettings;
  /** Sent with every answer that does not set them itself. */
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user name. Empty: nobody is asked for a password. */
  readonly users: ReadonlyMap<string, string>;
  readonly rateLimit?: RateLimit;
}

export interface TlsSettings {
  /** PEM, the server's own certificate first. */
  readonly cert: string;
  /** PEM. */
  readonly key: string;
  readonly clientAuth: ClientAuth;
  /** PEM of the authorities that client certificates are verified against. */
  readonly clientCa?: string;
  /** A client certificate needs one of these names. Absent: any will do. */
  readonly allowedSans?: readonly string[];
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** By their names of RFC 8446 and IANA. Absent: Node's own choice. */
  readonly cipherSuites?: readonly string[];
  /** By Go's names, in order of preference. Absent: OpenSSL's own choice. */
  readonly curves?: readonly string[];
  readonly preferServerCiphers: boolean;
}

/** Go's `tls.ClientAuthType`, by its names. */
export const CLIENT_AUTH = [
  'NoClientCert',
  'RequestClientCert',
  'RequireAnyClientCert',
  'VerifyClientCertIfGiven',
  'RequireAndVerifyClientCert',
] as const;
export type ClientAuth = (typeof CLIENT_AUTH)[number];

export const TLS_VERSIONS = ['TLS12', 'TLS13'] as const;
export type TlsVersion = (typeof TLS_VERSIONS)[number];

/** A token bucket: `burst` requests at once, and one more each `intervalMs`. */
export interface RateLimit {
  readonly intervalMs: number;
  readonly burst: number;
}
