import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { findTool } from './find-tool.ts';

export const CHART: string = fileURLToPath(new URL('../deploy/chart', import.meta.url));
export const HELM: string | undefined = findTool('helm');

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

/** The same as objects. */
export function render(options: RenderOptions = {}): readonly KubeObject[] {
  return objectsIn(renderText(options));
}

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
