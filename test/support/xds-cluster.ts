import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { clientConfigBytes } from '../../src/demo/istiod/xds-wire.ts';
import { readRecordedStatus } from './client-config.ts';
import { type Answer, type IstiodServer, startIstiodServer } from './istiod-server.ts';
import { kubeconfigOf } from './live-mesh.ts';
import { type PortForwardServer, startPortForwardServer, statusText } from './port-forward-server.ts';
import { clientConfigs, DEBUG, debugBody, STATUS, startXdsServer, type XdsServer } from './xds-server.ts';

/** A cluster of one istiod, whose debug port is switched off and which takes one token over xDS, both by forwarded ports. */
export interface XdsCluster {
  readonly kube: PortForwardServer;
  readonly http: IstiodServer;
  readonly xds: XdsServer;
  readonly kubeconfig: string;
  /** Holds the token that istiod takes. */
  readonly tokenFile: string;
  /** From now on no port is forwarded, and the pod is reached at its address. */
  forwardNothing(): void;
  /** A file of its own. */
  file(name: string, content: string): string;
}

export const ISTIOD_TOKEN = 'a.good.token';
export const MESH_CA = '/api/v1/namespaces/istio-system/configmaps/istio-ca-root-cert';
export const TOKEN_OF_DEFAULT = '/api/v1/namespaces/istio-system/serviceaccounts/default/token';
/** Where on this machine nobody is. */
const NOWHERE = '127.0.0.1';
const DEAF_PORT = 1;

/** @param debug what the debug port answers: nothing but 404, unless said */
export async function startXdsCluster(
  t: TestContext,
  debug: Readonly<Record<string, Answer>> = {},
): Promise<XdsCluster> {
  const folder = mkdtempSync(join(tmpdir(), 'meshladder-xds-cluster-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const [recorded] = await readRecordedStatus('proxy-status.healthy.json');
  const [kube, http, xds] = await Promise.all([
    startPortForwardServer(),
    startIstiodServer(debug),
    startXdsServer({
      token: ISTIOD_TOKEN,
      answers: {
        [DEBUG]: debugBody('404 page not found\n'),
        [STATUS]: clientConfigs((recorded?.resources ?? []).map(clientConfigBytes), recorded?.controlPlane.identifier),
      },
    }),
  ]);
  t.after(() => Promise.all([kube.stop(), http.stop(), xds.stop()]));
  const setPod = (monitoring: number, tlsXds: number): void => {
    const list = podList(monitoring, tlsXds);
    for (const path of ['/api/v1/pods', '/api/v1/namespaces/istio-system/pods']) kube.objects.set(path, list);
  };
  setPod(DEAF_PORT, 15_012);
  kube.objects.set(MESH_CA, { kind: 'ConfigMap', data: { 'root-cert.pem': xds.ca.cert } });
  kube.lead('istiod-a.istio-system', DEAF_PORT, { kind: 'tcp', port: http.port });
  kube.lead('istiod-a.istio-system', 15_012, { kind: 'tcp', port: xds.port });
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const tokenFile = file('token', ISTIOD_TOKEN);
  const forwardNothing = (): void => {
    setPod(http.port, xds.port);
    const body = statusText(500, 'error dialing backend');
    for (const port of [http.port, xds.port]) {
      kube.lead('istiod-a.istio-system', port, { kind: 'status', status: 500, body });
    }
  };
  return { kube, http, xds, kubeconfig: file('kubeconfig', kubeconfigOf(kube.url)), tokenFile, forwardNothing, file };
}

function podList(monitoring: number, tlsXds: number): object {
  const pod = {
    metadata: {
      name: 'istiod-a',
      namespace: 'istio-system',
      uid: 'a',
      creationTimestamp: '2026-11-21T02:00:00Z',
      labels: { app: 'istiod' },
      annotations: { 'prometheus.io/port': String(monitoring) },
    },
    spec: { containers: [{ name: 'discovery', ports: [{ name: 'tls-xds', containerPort: tlsXds }] }] },
    status: { phase: 'Running', podIP: NOWHERE, podIPs: [{ ip: NOWHERE }] },
  };
  return { kind: 'PodList', apiVersion: 'v1', metadata: { resourceVersion: '7' }, items: [pod] };
}
