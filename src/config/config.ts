import type { Branded } from '../model/brand.ts';

/** A span of time, read from words such as `10s`. */
export type Milliseconds = Branded<number, 'Milliseconds'>;

/** Where to listen; no host means every address of the machine, port 0 any free port. */
export interface ListenAddress {
  readonly host: string | undefined;
  readonly port: number;
}

export const ROLES = ['all', 'central', 'agent'] as const;
export type Role = (typeof ROLES)[number];

/** Everything the operator can decide, checked and complete. Each key's meaning and default stand in `schema.ts`. */
export interface Config {
  readonly role: Role;
  readonly cluster: { readonly id: string };
  readonly istiod: {
    readonly discovery: 'kubernetes' | 'static';
    readonly urls: readonly string[];
    readonly access: 'auto' | 'http' | 'xds';
    readonly caFile: string | undefined;
    readonly serverName: string | undefined;
    readonly xdsPort: number;
    readonly interval: Milliseconds;
    readonly fastInterval: Milliseconds;
    readonly timeout: Milliseconds;
    readonly tokenFile: string | undefined;
    readonly rootNamespace: string;
    readonly maxBytes: number;
  };
  readonly kubernetes: {
    readonly mode: 'auto' | 'in-cluster' | 'kubeconfig' | 'off';
    readonly kubeconfig: string | undefined;
    readonly context: string | undefined;
    readonly namespaces: readonly string[];
  };
  /** Clusters beside the one in which, or for which, the exporter runs. */
  readonly remoteClusters: {
    /** `ID=CONTEXT`, or the name of a context that is the id too. */
    readonly contexts: readonly string[];
    /** Where those contexts are; undefined: in the one of `kubernetes.kubeconfig`, or what kubectl would read. */
    readonly kubeconfig: string | undefined;
    /** Also those of istiod's remote secrets. */
    readonly secrets: boolean;
    /** Their istiods are asked through their API servers. */
    readonly portForward: boolean;
  };
  readonly accessLog: {
    readonly mode: 'files' | 'api' | 'off';
    readonly root: string;
    readonly container: string;
    readonly format: string;
    readonly checkpointDir: string | undefined;
    readonly maxStreams: number;
  };
  readonly history: { readonly file: string | undefined };
  readonly inspect: {
    readonly enabled: boolean;
    readonly proxiesPerMinute: number;
    readonly concurrency: number;
    readonly interval: Milliseconds;
    readonly askIstiod: boolean;
    readonly timeout: Milliseconds;
    readonly maxBytes: number;
  };
  readonly prometheus: {
    readonly url: string | undefined;
    readonly tokenFile: string | undefined;
    readonly timeout: Milliseconds;
    readonly interval: Milliseconds;
  };
  readonly metrics: {
    readonly proxyDetail: 'all' | 'unsynced' | 'off';
    /** By family name; `default` for all others. */
    readonly maxSeries: Readonly<Record<string, number>> & { readonly default: number };
    readonly missingGrace: Milliseconds;
    readonly staleAfter: Milliseconds;
  };
  readonly leaderElection: {
    readonly enabled: boolean;
    readonly leaseName: string;
    /** Undefined: the namespace that the pod runs in. */
    readonly leaseNamespace: string | undefined;
    readonly leaseDuration: Milliseconds;
    readonly renewDeadline: Milliseconds;
    readonly retryPeriod: Milliseconds;
  };
  readonly shard: {
    /** From 0; `auto`: the number at the end of the pod's name. */
    readonly index: number | 'auto';
    readonly count: number;
  };
  readonly analysis: {
    /** As of `analyze --suppress`. */
    readonly suppress: readonly string[];
    readonly interval: Milliseconds;
  };
  readonly web: {
    readonly listenAddress: ListenAddress;
    readonly telemetryPath: string;
    readonly configFile: string | undefined;
    readonly auth: 'none' | 'kubernetes';
    readonly authAudiences: readonly string[];
    readonly probes: 'open' | 'guarded';
    readonly probeAddress: ListenAddress | undefined;
    readonly requestsPerSecond: number;
  };
  readonly log: { readonly level: 'debug' | 'info' | 'warn' | 'error'; readonly format: 'logfmt' | 'json' };
}
