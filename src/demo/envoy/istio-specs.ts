/** Parts of Istio's objects from which configuration is made. Every field may be missing. */

export interface StringMatch {
  readonly exact?: string;
  readonly prefix?: string;
  readonly regex?: string;
}

export interface HttpMatch {
  readonly uri?: StringMatch;
  readonly headers?: Readonly<Record<string, StringMatch>>;
}

export interface Destination {
  readonly host: string;
  readonly subset?: string;
  readonly port?: { readonly number?: number };
}

export interface HttpRoute {
  readonly name?: string;
  readonly match?: readonly HttpMatch[];
  readonly route?: readonly { readonly destination: Destination; readonly weight?: number }[];
  readonly timeout?: string;
}

export interface VirtualServiceSpec {
  readonly hosts?: readonly string[];
  readonly gateways?: readonly string[];
  readonly http?: readonly HttpRoute[];
}

export interface TrafficPolicy {
  readonly connectionPool?: {
    readonly tcp?: { readonly maxConnections?: number };
    readonly http?: { readonly http1MaxPendingRequests?: number; readonly http2MaxRequests?: number };
  };
  readonly outlierDetection?: {
    readonly consecutive5xxErrors?: number;
    readonly interval?: string;
    readonly baseEjectionTime?: string;
    readonly maxEjectionPercent?: number;
  };
  readonly tls?: { readonly mode?: 'DISABLE' | 'SIMPLE' | 'MUTUAL' | 'ISTIO_MUTUAL'; readonly sni?: string };
}

export interface DestinationRuleSpec {
  readonly host?: string;
  readonly trafficPolicy?: TrafficPolicy;
  readonly subsets?: readonly {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly trafficPolicy?: TrafficPolicy;
  }[];
}

export interface GatewaySpec {
  readonly selector?: Readonly<Record<string, string>>;
  readonly servers?: readonly {
    readonly hosts?: readonly string[];
    readonly port: { readonly number: number; readonly name: string; readonly protocol: string };
  }[];
}

interface Selecting {
  readonly selector?: { readonly matchLabels?: Readonly<Record<string, string>> };
}

export type MtlsMode = 'STRICT' | 'PERMISSIVE' | 'DISABLE';

export interface PeerAuthenticationSpec extends Selecting {
  readonly mtls?: { readonly mode?: MtlsMode | 'UNSET' };
  readonly portLevelMtls?: Readonly<Record<string, { readonly mode?: MtlsMode | 'UNSET' }>>;
}

export interface AuthorizationRule {
  readonly from?: readonly {
    readonly source?: {
      readonly principals?: readonly string[];
      readonly namespaces?: readonly string[];
    };
  }[];
  readonly to?: readonly {
    readonly operation?: {
      readonly methods?: readonly string[];
      readonly paths?: readonly string[];
      readonly ports?: readonly string[];
    };
  }[];
}

export interface AuthorizationPolicySpec extends Selecting {
  readonly action?: 'ALLOW' | 'DENY' | 'AUDIT' | 'CUSTOM';
  readonly rules?: readonly AuthorizationRule[];
}

export interface EnvoyFilterSpec {
  readonly workloadSelector?: { readonly labels?: Readonly<Record<string, string>> };
  readonly configPatches?: readonly {
    readonly applyTo?: string;
    readonly match?: { readonly context?: string };
    readonly patch?: { readonly operation?: string; readonly value?: Readonly<Record<string, unknown>> };
  }[];
}

export interface TelemetrySpec extends Selecting {
  readonly accessLogging?: readonly { readonly providers?: readonly { readonly name: string }[] }[];
}
