import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DemoMesh } from '../mesh/mesh.ts';

/** Files by which the exporter finds the mesh. */
export interface ExporterSettings {
  readonly configFile: string;
  /** For a person with kubectl. */
  readonly kubectlConfig: string;
  /** Holds the token for istiod. */
  readonly tokenFile: string;
  /** Puts a new token for istiod in the place of the old one, as the kubelet does with a projected token. */
  writeToken(token: string): Promise<void>;
}

export interface SettingsOptions {
  readonly folder: string;
  readonly mesh: Pick<DemoMesh, 'kube' | 'logs' | 'tokens' | 'rootCertificate'>;
  readonly speed: number;
  /** How often Envoys are looked into, one after the other; default: never. */
  readonly looks?: Looks;
}

/** `never`: of many proxies it would be long before each had its turn. `often`: what a story tells comes by them. */
export type Looks = 'never' | 'seldom' | 'often';

/** istiod is asked this often in a real mesh, and this often while something is wrong. */
export const INTERVAL_MS = 10_000;
export const FAST_INTERVAL_MS = 3000;
/** Configuration that has changed is analysed this often. */
const ANALYSIS_INTERVAL_MS = 30_000;
/**
 * Envoys are looked into oftener than in a real mesh, where nobody waits for it: each a dozen seconds after the last where
 * a story is told by it. Each look is work for a thread of its own, so elsewhere it is each half minute, at any speed.
 */
const LOOK_INTERVAL_MS = 4000;
const LOOKS_PER_MINUTE = 60;
const MOST_LOOKS_PER_MINUTE = 120;
const SELDOM_LOOKS_PER_MINUTE = 20;

/** Writes kubeconfig, token and configuration, as an operator would. */
export async function writeSettings({
  folder,
  mesh,
  speed,
  looks = 'never',
}: SettingsOptions): Promise<ExporterSettings> {
  const kubeconfig = join(folder, 'kubeconfig');
  const kubectlConfig = join(folder, 'kubectl.yaml');
  const tokenFile = join(folder, 'istio-token');
  const configFile = join(folder, 'config.yaml');
  const checkpointDir = join(folder, 'checkpoint');
  await mkdir(checkpointDir);
  const writeToken = async (token: string): Promise<void> => {
    await writeFile(`${tokenFile}.new`, `${token}\n`, { mode: 0o600 });
    await rename(`${tokenFile}.new`, tokenFile);
  };
  await writeToken(mesh.tokens.istiod());
  const caFile = mesh.rootCertificate === undefined ? undefined : join(folder, 'root-cert.pem');
  if (caFile !== undefined) await writeFile(caFile, mesh.rootCertificate ?? '');
  const { kube } = mesh.tokens;
  await writeFile(kubeconfig, kubeconfigText(mesh.kube.url, `{token: ${kube}}`), { mode: 0o600 });
  await writeFile(kubectlConfig, kubeconfigText(mesh.kube.urlFor(kube), '{}'), { mode: 0o600 });
  await writeFile(
    configFile,
    configText({
      kubeconfig,
      tokenFile,
      caFile,
      checkpointDir,
      root: mesh.logs.root,
      history: join(folder, 'history.json'),
      speed,
      looks,
    }),
  );
  return { configFile, kubectlConfig, tokenFile, writeToken };
}

function kubeconfigText(server: string, user: string): string {
  return `apiVersion: v1
kind: Config
current-context: demo
clusters:
- name: demo
  cluster:
    server: ${server}
contexts:
- name: demo
  context:
    cluster: demo
    user: meshladder
users:
- name: meshladder
  user: ${user}
`;
}

interface ConfigFacts {
  readonly kubeconfig: string;
  readonly tokenFile: string;
  readonly caFile: string | undefined;
  readonly checkpointDir: string;
  readonly root: string;
  readonly history: string;
  readonly speed: number;
  readonly looks: Looks;
}

function configText({
  kubeconfig,
  tokenFile,
  caFile,
  checkpointDir,
  root,
  history,
  speed,
  looks,
}: ConfigFacts): string {
  const every = (ms: number): string => `${Math.max(1, Math.round(ms / speed))}ms`;
  return `# Written by "meshladder demo"; the intervals are those of a real mesh divided by the speed.
role: all
istiod:
  discovery: kubernetes
  interval: ${every(INTERVAL_MS)}
  fastInterval: ${every(FAST_INTERVAL_MS)}
  tokenFile: ${JSON.stringify(tokenFile)}${caFile === undefined ? '' : `\n  caFile: ${JSON.stringify(caFile)}`}
kubernetes:
  mode: kubeconfig
  kubeconfig: ${JSON.stringify(kubeconfig)}
accessLog:
  mode: files
  root: ${JSON.stringify(root)}
  checkpointDir: ${JSON.stringify(checkpointDir)}
history:
  file: ${JSON.stringify(history)}
inspect:
  enabled: ${looks !== 'never'}
  proxiesPerMinute: ${looksPerMinute(looks, speed)}
  interval: ${every(LOOK_INTERVAL_MS)}
analysis:
  interval: ${every(ANALYSIS_INTERVAL_MS)}
metrics:
  proxyDetail: all
`;
}

function looksPerMinute(looks: Looks, speed: number): number {
  if (looks !== 'often') return SELDOM_LOOKS_PER_MINUTE;
  return Math.min(MOST_LOOKS_PER_MINUTE, Math.max(1, Math.round(LOOKS_PER_MINUTE * speed)));
}
