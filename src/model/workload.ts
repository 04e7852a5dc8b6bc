import type { EpochSeconds } from './brand.ts';

export type Labels = Readonly<Record<string, string>>;

export interface Namespace {
  readonly name: string;
  readonly labels: Labels;
  /** Those of istio.io domains. */
  readonly annotations?: Labels;
}

/** The istio-proxy container of a pod, whichever way it got there. */
export interface ProxyContainer {
  /** A native sidecar is an init container with restartPolicy Always. */
  readonly native: boolean;
  readonly running: boolean;
  /** When the running container started; absent while it does not run. */
  readonly startedAt?: EpochSeconds;
  readonly restarts: number;
}

export interface ContainerPort {
  readonly name?: string;
  readonly port: number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
}

/** Only the fields that a rung reads: a mesh has tens of thousands of pods. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly labels: Labels;
  /** Annotations of istio.io domains, `kubernetes.io/ingress.class` and `prometheus.io/port` only. */
  readonly annotations: Labels;
  readonly node?: string;
  readonly ips: readonly string[];
  readonly hostNetwork: boolean;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly ready: boolean;
  /** Has a deletionTimestamp: it is on its way out and owes nobody a connection. */
  readonly terminating: boolean;
  readonly createdAt: EpochSeconds;
  /** When its newest container start was: a restart inside the pod counts. Absent while no container runs. */
  readonly startedAt?: EpochSeconds;
  readonly serviceAccount: string;
  readonly owner?: { readonly kind: string; readonly name: string };
  readonly ports: readonly ContainerPort[];
  readonly proxy?: ProxyContainer;
  readonly containers?: ContainerFacts;
}

/** What analysis reads of the containers of a pod or of a pod template. */
export interface ContainerFacts {
  /** The image of the container or init container called istio-proxy, `auto` until the injector fills it in. */
  readonly proxyImage?: string;
  /** The pod or one of its application containers runs as user 1337, which is the proxy's own. */
  readonly reservedUser?: true;
}

export interface ServicePort {
  readonly name?: string;
  readonly port: number;
  readonly targetPort?: string | number;
  readonly protocol: 'TCP' | 'UDP' | 'SCTP';
  readonly appProtocol?: string;
}

export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** Those of istio.io domains. */
  readonly annotations?: Labels;
  /** What controllers say of it in its status. */
  readonly conditions?: readonly Condition[];
  readonly type: string;
  readonly clusterIps: readonly string[];
  readonly externalName?: string;
  /** `internalTrafficPolicy: Local`: callers reach only the endpoints of their own node. */
  readonly nodeLocal?: true;
  readonly selector?: Labels;
  readonly ports: readonly ServicePort[];
}

/** One entry of `status.conditions`. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

export interface EndpointSlice {
  readonly namespace: string;
  readonly name: string;
  readonly service: string;
  readonly ports: readonly { readonly name?: string; readonly port?: number; readonly protocol: string }[];
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly ready: boolean;
    readonly serving: boolean;
    readonly terminating: boolean;
    readonly pod?: string;
  }[];
}

/** A ReplicaSet's owner: the step from a pod to its Deployment. */
export interface ReplicaSet {
  readonly namespace: string;
  readonly name: string;
  readonly owner?: { readonly kind: string; readonly name: string };
}

/** A Deployment: its metadata, and what analysis reads of its pod template. */
export interface Deployment {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  /** Those of istio.io domains. */
  readonly annotations?: Labels;
  /** Absent where only metadata was asked for. */
  readonly template?: PodTemplate;
}

/** What analysis reads of `spec.template`. */
export interface PodTemplate {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly containers: ContainerFacts;
  /** Of istiod alone: the names of the environment variables that have a value. */
  readonly environment?: readonly string[];
}

/** An object of an Istio or Gateway API kind, spec as stored. Only the analysis of that kind looks inside. */
export interface ConfigObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly createdAt: EpochSeconds;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

/** What a mesh ConfigMap says, only the keys used. */
export interface MeshConfig {
  readonly namespace: string;
  /** ConfigMap name: `istio` or `istio-REVISION`. */
  readonly name: string;
  readonly revision: string;
  readonly rootNamespace?: string;
  readonly accessLogFile?: string;
  readonly accessLogFormat?: string;
  readonly accessLogEncoding?: 'TEXT' | 'JSON';
  readonly enableAutoMtls?: boolean;
  readonly trustDomain?: string;
  /** The mesh YAML, parsed, for the rungs that need more. */
  readonly raw: Readonly<Record<string, unknown>>;
  /** The networks of its meshNetworks YAML, by name, where there are any. */
  readonly networks?: Readonly<Record<string, unknown>>;
}
