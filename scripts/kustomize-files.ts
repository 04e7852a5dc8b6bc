import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { type KubeObject, OPERATOR, render } from './helm.ts';

/** One file below the root of the repository. */
export interface KustomizeFile {
  readonly path: string;
  readonly text: string;
}

const FOLDER = 'deploy/kustomize';
const HEAD = '# Rendered from deploy/chart by `node scripts/kustomize.ts`; edit that, not this.\n';
/** Beside the dashboards themselves: kustomize reads no file outside of the folder of a kustomization. */
const DASHBOARDS = 'dashboards';

/** As much of the chart as the kustomizations hold between them. */
const VALUES = ['agent.enabled=true', 'networkPolicy.enabled=false'];

/** Objects of a component, and the one ConfigMap of it that is made anew whenever it changes. */
const PARTS = {
  base: 'central',
  'components/agent': 'agent',
} as const;

const RULES = 'prometheus-rule.yaml';
const MONITORING = ['ServiceMonitor', 'PodMonitor', 'PrometheusRule'];

/**
 * The objects of the chart as kustomizations: the central part is the base, agents, monitoring and dashboards are
 * components over it. Configurations are made by generators, so that a changed one makes new pods.
 * @throws where helm is not here
 */
export function kustomizeFiles(): readonly KustomizeFile[] {
  const objects = render({ set: VALUES, apis: OPERATOR }).filter(isInstalled).map(withoutHelm);
  return [
    ...Object.entries(PARTS).flatMap(([folder, component]) => partFiles(folder, component, objects)),
    ...monitoringFiles(objects),
    ...dashboardFiles(),
    everythingFile(),
  ];
}

/** Not what only `helm test` makes. */
function isInstalled({ metadata }: KubeObject): boolean {
  return metadata.annotations?.['helm.sh/hook'] === undefined;
}

const HELM_KNOWS = [
  'helm.sh/chart',
  'app.kubernetes.io/managed-by',
  'app.kubernetes.io/version',
  // Kustomize names generated ConfigMaps by what they hold.
  'checksum/config',
];

/** Without what Helm alone would know. */
function withoutHelm(object: KubeObject): KubeObject {
  return JSON.parse(JSON.stringify(object), (key, value: unknown) => {
    if (HELM_KNOWS.includes(key)) return undefined;
    if (key !== 'annotations') return value;
    return Object.keys(value as object).length === 0 ? undefined : value;
  }) as KubeObject;
}

function partFiles(folder: string, component: string, objects: readonly KubeObject[]): readonly KustomizeFile[] {
  const own = objects.filter(
    ({ kind, metadata }) =>
      metadata.labels?.['app.kubernetes.io/component'] === component && !MONITORING.includes(kind),
  );
  const configs = own.filter(({ kind }) => kind === 'ConfigMap');
  const files = byKind(own.filter(({ kind }) => kind !== 'ConfigMap'));
  return [
    ...files.map(([name, ofKind]) => file(`${folder}/${name}`, ofKind)),
    ...configs.map(({ data }) => ({
      path: `${FOLDER}/${folder}/meshladder.yaml`,
      text: `${HEAD}${(data as Record<string, string>)['meshladder.yaml']}`,
    })),
    kustomization(`${FOLDER}/${folder}`, {
      ...kindOf(folder),
      resources: files.map(([name]) => name),
      configMapGenerator: configs.map(({ metadata }) => ({
        name: metadata.name,
        namespace: metadata.namespace,
        files: ['meshladder.yaml'],
        options: { labels: metadata.labels },
      })),
    }),
  ];
}

function byKind(objects: readonly KubeObject[]): readonly (readonly [string, readonly KubeObject[]])[] {
  const named = Map.groupBy(objects, ({ kind }) =>
    /Role(Binding)?$/.test(kind)
      ? 'rbac.yaml'
      : `${kind.replace(/(?<=[a-z])[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}.yaml`,
  );
  return [...named];
}

function monitoringFiles(objects: readonly KubeObject[]): readonly KustomizeFile[] {
  const folder = 'components/monitoring';
  const files = byKind(objects.filter(({ kind }) => MONITORING.includes(kind)));
  return [
    // `meshladder generate` writes the rules, which change with the program.
    ...files.filter(([name]) => name !== RULES).map(([name, ofKind]) => file(`${folder}/${name}`, ofKind)),
    kustomization(`${FOLDER}/${folder}`, { ...kindOf(folder), resources: files.map(([name]) => name) }),
  ];
}

function dashboardFiles(): readonly KustomizeFile[] {
  const names = readdirSync(fileURLToPath(new URL(`../${DASHBOARDS}`, import.meta.url)));
  const maps = render({ set: ['dashboards.enabled=true'] })
    .map(withoutHelm)
    .filter(
      ({ kind, data }) =>
        kind === 'ConfigMap' && names.some((name) => name.endsWith('.json') && name in (data as object)),
    );
  const folder = 'components/dashboards';
  return [
    kustomization(`${FOLDER}/${folder}`, { ...kindOf(folder), resources: [`../../../../${DASHBOARDS}`] }),
    kustomization(DASHBOARDS, {
      ...kindOf(''),
      // Grafana's sidecar follows changes by itself.
      generatorOptions: { disableNameSuffixHash: true },
      configMapGenerator: maps.map(({ metadata, data }) => ({
        name: metadata.name,
        namespace: metadata.namespace,
        files: Object.keys(data as object),
        options: { labels: metadata.labels, annotations: metadata.annotations },
      })),
    }),
  ];
}

function everythingFile(): KustomizeFile {
  return kustomization(`${FOLDER}/everything`, {
    ...kindOf(''),
    resources: ['../base'],
    components: ['../components/agent', '../components/monitoring', '../components/dashboards'],
  });
}

function kindOf(folder: string): object {
  return folder.startsWith('components/')
    ? { apiVersion: 'kustomize.config.k8s.io/v1alpha1', kind: 'Component' }
    : { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization' };
}

function file(path: string, objects: readonly KubeObject[]): KustomizeFile {
  return { path: `${FOLDER}/${path}`, text: `${HEAD}${objects.map(yaml).join('---\n')}` };
}

function kustomization(folder: string, content: object): KustomizeFile {
  return { path: `${folder}/kustomization.yaml`, text: `${HEAD}${yaml(content)}` };
}

function yaml(content: unknown): string {
  return stringify(content, { lineWidth: 0 });
}
