import type { KubeObject } from '../../scripts/helm.ts';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import type { Override } from '../../src/config/overrides.ts';
import { one, podsIn } from './chart.ts';

/** The configuration file that a kind of pod reads, found as the container finds it: by its flag and its mounts. */
export function configText(objects: readonly KubeObject[], component: string): string {
  const { pod } = podOf(objects, component);
  const [container] = pod['spec'].containers as {
    args: string[];
    volumeMounts: { name: string; mountPath: string }[];
  }[];
  const path = container?.args.find((arg) => arg.startsWith('--config.file='))?.slice('--config.file='.length) ?? '';
  const mount = container?.volumeMounts.find(({ mountPath }) => path.startsWith(`${mountPath}/`));
  const volumes = pod['spec'].volumes as { name: string; configMap?: { name: string } }[];
  const map = volumes.find(({ name }) => name === mount?.name)?.configMap?.name;
  const text: unknown = one(objects, 'ConfigMap', map)['data'][path.slice((mount?.mountPath.length ?? 0) + 1)];
  if (typeof text !== 'string') throw new Error(`${component}: nothing is mounted at ${path}`);
  return text;
}

/** The same, read as `serve` reads it. */
export async function configOf(
  objects: readonly KubeObject[],
  component: string,
  flags: readonly Override[] = [],
): Promise<Config> {
  const loaded = await loadConfig({
    file: component,
    text: configText(objects, component),
    env: {},
    flags,
    families: [],
  });
  if (!loaded.ok) throw new Error(loaded.problems.map(({ path, message }) => `${path}: ${message}`).join('\n'));
  return loaded.config;
}

/** The first workload of a component, and its pod. */
export function podOf(
  objects: readonly KubeObject[],
  component: string,
): { readonly of: KubeObject; readonly pod: KubeObject } {
  const found = podsIn(objects).find(({ pod }) => pod.metadata.labels?.['app.kubernetes.io/component'] === component);
  if (found === undefined) throw new Error(`no pods of component ${component}`);
  return found;
}
