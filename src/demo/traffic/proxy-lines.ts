import { SERVICES } from '../mesh/services.ts';

/** Lines that pilot-agent and Envoy write beside the access log, in the words of 1.30 (text form). */
export interface ProxyLines {
  /** The agent lost its connection to istiod: nothing gets through in either direction. */
  lostByKeepalive(atMs: number): string;
  /** The same, where only the way to istiod is closed. */
  lostByTimeout(atMs: number): string;
  /** Envoy's stream to its agent is closed, for the agent finds no istiod. */
  reconnectFails(atMs: number, lostAtMs: number): string;
  back(atMs: number): string;
  /** Envoy rejects a listener; each of the two has a line break inside. */
  rejected(atMs: number, words: string): string[];
  /** Now and then, of no importance. */
  certificate(atMs: number): string;
  /** What stands in the log since the pod started. */
  startup(atMs: number): string[];
}

export interface ProxyFacts {
  readonly id: string;
  readonly ip: string;
  readonly role: 'sidecar' | 'router';
  readonly namespace: string;
  readonly thread: number;
}

const ISTIOD = `${SERVICES.istiod.clusterIp}:15012`;
const STREAM = './source/extensions/config_subscription/grpc/grpc_stream.h:227';
const XDS = 'DeltaAggregatedResources gRPC config stream to xds-grpc';

export function createProxyLines(facts: ProxyFacts): ProxyLines {
  let connection = 12;
  const lost = (atMs: number, why: string): string => {
    const what = 'upstream terminated with unexpected error rpc error: code = Unavailable desc = ';
    return line(atMs, 'warn', `xdsproxy\t${what}${why}\tid=${connection}`);
  };
  return {
    lostByKeepalive: (atMs) => lost(atMs, 'keepalive ping failed to receive ACK within timeout'),
    lostByTimeout: (atMs) =>
      lost(atMs, `error reading from server: read tcp ${facts.ip}:46958->${ISTIOD}: read: connection timed out`),
    reconnectFails(atMs, lostAtMs) {
      connection += 1;
      const seconds = Math.floor((atMs - lostAtMs) / 1000);
      const why = `14, connection error: desc = "transport: Error while dialing: dial tcp ${ISTIOD}: i/o timeout"`;
      const text = `envoy config ${STREAM}\t${XDS} closed since ${seconds}s ago: ${why}{via_upstream}`;
      return line(atMs, 'warning', `${text}\tthread=${facts.thread}`);
    },
    back(atMs) {
      connection += 2;
      const text = 'connected to delta upstream XDS server: istiod.istio-system.svc:15012';
      return line(atMs, 'info', `xdsproxy\t${text}\tid=${connection}`);
    },
    rejected: (atMs, words) => rejectionLines(atMs, words, facts.thread),
    certificate: (atMs) =>
      line(atMs, 'info', 'cache\treturned workload certificate from cache\tttl=17h12m41.067460000s'),
    startup: (atMs) => startupLines(atMs, facts),
  };
}

/** Written as one text with a line break before `thread=`, so that a reader of lines sees four. */
function rejectionLines(atMs: number, words: string, thread: number): string[] {
  const folder = 'source/extensions/config_subscription/grpc';
  const what = `type.googleapis.com/envoy.config.listener.v3.Listener rejected: ${words.trimEnd()}`;
  return [
    line(atMs, 'warning', `envoy config ${folder}/delta_subscription_state.cc:282\tdelta config for ${what}`),
    `\tthread=${thread}`,
    line(atMs, 'warning', `envoy config ${folder}/grpc_subscription_impl.cc:138\tgRPC config for ${what}`),
    `\tthread=${thread}`,
  ];
}

function startupLines(atMs: number, { id, ip, role, namespace }: ProxyFacts): string[] {
  const info = (offsetMs: number, text: string): string => line(atMs + offsetMs, 'info', text);
  return [
    info(0, 'FLAG: --concurrency="0"'),
    info(0, `FLAG: --domain="${namespace}.svc.cluster.local"`),
    info(0, 'FLAG: --proxyLogLevel="warning"'),
    info(0, 'Version 1.30.3-56df41f63e513f834c9a3af33d8aed82d1d961f2-Clean'),
    info(0, `Proxy role\tips=[${ip}] type=${role} id=${id} domain=${namespace}.svc.cluster.local`),
    info(1, 'Effective config: binaryPath: /usr/local/bin/envoy'),
    'configPath: ./etc/istio/proxy',
    'controlPlaneAuthPolicy: MUTUAL_TLS',
    'discoveryAddress: istiod.istio-system.svc:15012',
    'drainDuration: 45s',
    'proxyAdminPort: 15000',
    '',
    info(1, 'JWT policy is third-party-jwt'),
    info(1, 'using credential fetcher of JWT type in cluster.local trust domain'),
    info(5, 'CA Endpoint istiod.istio-system.svc:15012, provider Citadel'),
    info(6, 'Opening status port 15020'),
    info(7, 'xdsproxy\tInitializing with upstream address "istiod.istio-system.svc:15012" and cluster "Kubernetes"'),
    info(9, 'Starting proxy agent'),
    info(70, 'xdsproxy\tconnected to delta upstream XDS server: istiod.istio-system.svc:15012\tid=1'),
    info(90, 'ads\tADS: new connection for node:1'),
    info(
      150,
      'cache\tgenerated new workload certificate\tresourceName=default latency=147.98454ms ttl=23h59m59.932656525s',
    ),
  ];
}

/** Time to the microsecond, level, text; separated by tabs. */
function line(atMs: number, level: 'info' | 'warn' | 'warning', text: string): string {
  return `${new Date(atMs).toISOString().slice(0, -1)}000Z\t${level}\t${text}`;
}
