import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { findTool } from './tools.ts';

export const CHART: string = fileURLToPath(new URL('../../deploy/chart', import.meta.url));
export const HELM: string | undefined = findTool('helm');
/** Said where a test is skipped for it. */
export const NO_HELM: string | false = HELM === undefined && 'helm is not here';

/** An object as the chart renders it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  // biome-ignore lint/suspicious/noExplicitAny: tests look into objects of every kind.
  readonly [key: string]: any;
}

/** Files in `ci/`, by what stands before `-values.yaml`. */
export const VARIANTS: readonly string[] = readdirSync(`${CHART}/ci`)
  .map((name) => /^(.+)-values\.yaml$/.exec(name)?.[1])
  .filter((name) => name !== undefined)
  .toSorted();

export function variantFile(variant: string): string {
  return `${CHART}/ci/${variant}-values.yaml`;
}

/** API versions that a cluster with the Prometheus operator has beside Kubernetes' own. */
export const OPERATOR: readonly string[] = [
  'monitoring.coreos.com/v1/ServiceMonitor',
  'monitoring.coreos.com/v1/PodMonitor',
  'monitoring.coreos.com/v1/PrometheusRule',
];

export interface RenderOptions {
  readonly values?: readonly string[];
  /** As `a.b=1`, each. */
  readonly set?: readonly string[];
  readonly namespace?: string;
  readonly release?: string;
  readonly apis?: readonly string[];
  readonly kubeVersion?: string;
  /** Another program than the helm that is here. */
  readonly helm?: string | undefined;
}

/** What `helm template` prints. @throws with what helm said where it refuses */
export function renderText(options: RenderOptions = {}): string {
  const { values = [], set = [], namespace = 'istio-system', release = 'meshladder', apis = [] } = options;
  const asked = [
    'template',
    release,
    CHART,
    ...['--namespace', namespace],
    ...values.flatMap((file) => ['--values', file]),
    ...set.flatMap((one) => ['--set-json', one]),
    ...apis.flatMap((api) => ['--api-versions', api]),
    ...(options.kubeVersion === undefined ? [] : ['--kube-version', options.kubeVersion]),
  ];
  return helm(asked, options.helm);
}

/** What a person reads who installs it: with a values file, into a namespace. */
export function renderNotes(file: string, namespace: string): string {
  const said = helm(['install', 'meshladder', CHART, '--dry-run=client', '--namespace', namespace, '--values', file]);
  return said.slice(said.indexOf('\nNOTES:\n') + '\nNOTES:\n'.length);
}

/** The same as objects. */
export function render(options: RenderOptions = {}): readonly KubeObject[] {
  return objectsIn(renderText(options));
}

/** A variant of `ci/`, on a cluster with the Prometheus operator but where the variant is one without it. */
export function renderVariant(variant: string): readonly KubeObject[] {
  return objectsIn(renderVariantText(variant));
}

/** The same as text; `program`: by another helm. */
export function renderVariantText(variant: string, program: string | undefined = HELM): string {
  const known = rendered.get(`${variant} ${program}`);
  if (known !== undefined) return known;
  const apis = variant === 'no-crds' ? [] : OPERATOR;
  const text = renderText({ values: [variantFile(variant)], apis, helm: program });
  rendered.set(`${variant} ${program}`, text);
  return text;
}

/** A run of helm takes a good part of a second. */
const rendered = new Map<string, string>();

export function objectsIn(text: string): readonly KubeObject[] {
  return parseAllDocuments(text).flatMap((document) => {
    const [error] = document.errors;
    if (error !== undefined) throw error;
    const object: unknown = document.toJS();
    return object === null ? [] : [object as KubeObject];
  });
}

export function helm(args: readonly string[], program: string | undefined = HELM): string {
  if (program === undefined) throw new Error('helm is not here');
  try {
    return execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe', maxBuffer: 1 << 26 });
  } catch (error) {
    throw new Error(String((error as { stderr?: unknown }).stderr), { cause: error });
  }
}

/** The only object of a kind, or of a kind and a name. */
export function one(objects: readonly KubeObject[], kind: string, name?: string): KubeObject {
  const found = objects.filter(
    (object) => object.kind === kind && (name === undefined || object.metadata.name === name),
  );
  const [only] = found;
  if (only === undefined || found.length > 1) {
    throw new Error(`${found.length} objects of kind ${kind}${name === undefined ? '' : ` named ${name}`}`);
  }
  return only;
}

const WORKLOADS = ['Deployment', 'StatefulSet', 'DaemonSet'];

/** The pods that objects make: those of workloads, and bare ones. */
export function podsIn(
  objects: readonly KubeObject[],
): readonly { readonly of: KubeObject; readonly pod: KubeObject }[] {
  return objects.flatMap((of) => {
    if (of.kind === 'Pod') return [{ of, pod: of }];
    return WORKLOADS.includes(of.kind) ? [{ of, pod: of['spec'].template as KubeObject }] : [];
  });
}
