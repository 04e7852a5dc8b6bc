import { readdirSync, readFileSync } from 'node:fs';
import { type Analysis, type AnalysisFinding, objectPath } from '../../src/model/analysis.ts';
import { type EpochSeconds, epochSeconds } from '../../src/model/brand.ts';
import { analyze } from '../../src/rungs/analysis/analyze.ts';
import { worldOfFiles } from '../../src/sources/kubernetes/analysis/world-of-files.ts';
import type { ObjectFile } from '../../src/sources/kubernetes/object-files.ts';

export const FIXTURES: URL = new URL('../fixtures/', import.meta.url);

/** A day after the recordings. */
export const LATER: EpochSeconds = epochSeconds(Date.parse('2026-11-22T00:00:00Z') / 1000);

/** A file by its path in the fixtures. */
export function fileOf(path: string): ObjectFile {
  return { name: path, text: readFileSync(new URL(path, FIXTURES), 'utf8') };
}

/** What runs in the recorded cluster, list by list. */
export function recordedCluster(): readonly ObjectFile[] {
  const names = readdirSync(new URL('objects/', FIXTURES));
  const lists = names.filter((name) => !/from-chart|api-groups|crds|version/.test(name));
  return lists.map((name) => fileOf(`objects/${name}`));
}

/** What is said of a world that is these files alone. */
export function analyzeFiles(files: readonly ObjectFile[], at: EpochSeconds = LATER): Analysis {
  return analyze(worldOfFiles(files, { at, namespace: 'default' }).world);
}

/** What is said of objects that a test writes down. */
export function analyzeYaml(...documents: readonly string[]): Analysis {
  return analyzeFiles([{ name: 'objects.yaml', text: documents.join('\n---\n') }]);
}

/** `CODE Kind/namespace/name`, each once, in order. */
export function said(findings: readonly AnalysisFinding[]): readonly string[] {
  return [...new Set(findings.map(({ code, object }) => `${code} ${objectPath(object)}`))].sort();
}

/** The same of an answer of `istioctl analyze -o json`. */
export function saidByIstioctl(path: string): readonly string[] {
  const messages = JSON.parse(readFileSync(new URL(path, FIXTURES), 'utf8') || '[]') as {
    code: string;
    origin: string;
  }[];
  return [...new Set(messages.map(({ code, origin }) => `${code} ${origin.replace(' ', '/')}`))].sort();
}

/** What `istioctl analyze -n` would show of it. */
export function ofNamespace(findings: readonly AnalysisFinding[], namespace: string): readonly AnalysisFinding[] {
  return findings.filter(({ object }) =>
    object.kind === 'Namespace' ? object.name === namespace : ['', namespace].includes(object.namespace),
  );
}

/** What is said of these codes, of objects written down one after the other. */
export function saidOf(codes: readonly string[], documents: readonly string[]): readonly string[] {
  const { findings } = analyzeYaml(...documents);
  return said(findings.filter(({ code }) => codes.includes(code)));
}

/** A namespace whose pods are injected. */
export function namespace(name: string, labels = 'istio-injection: enabled'): string {
  return `{apiVersion: v1, kind: Namespace, metadata: {name: ${name}, labels: {${labels}}}}`;
}

/** A pod; with a proxy unless `containers` say otherwise. */
export function pod(
  place: string,
  labels: string,
  more: { readonly annotations?: string; readonly spec?: string } = {},
): string {
  const [space, name] = place.split('/');
  const spec = more.spec ?? 'containers: [{name: app, image: a}, {name: istio-proxy, image: proxyv2}]';
  return `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: ${space}, labels: {${labels}}, annotations: {${more.annotations ?? ''}}}, spec: {${spec}}}`;
}

export function service(place: string, spec: string, metadata = ''): string {
  const [space, name] = place.split('/');
  return `{apiVersion: v1, kind: Service, metadata: {name: ${name}, namespace: ${space}, ${metadata}}, spec: {${spec}}}`;
}

const VERSIONS: Readonly<Record<string, string>> = {
  AuthorizationPolicy: 'security.istio.io/v1',
  PeerAuthentication: 'security.istio.io/v1',
  RequestAuthentication: 'security.istio.io/v1',
  Telemetry: 'telemetry.istio.io/v1',
  WasmPlugin: 'extensions.istio.io/v1alpha1',
  HTTPRoute: 'gateway.networking.k8s.io/v1',
  GRPCRoute: 'gateway.networking.k8s.io/v1',
  KubernetesGateway: 'gateway.networking.k8s.io/v1',
};

/** An object of Istio's or, as `KubernetesGateway`, of the Gateway API. */
export function config(kind: string, place: string, spec: string, more = ''): string {
  const [space, name] = place.split('/');
  const version = VERSIONS[kind] ?? 'networking.istio.io/v1';
  return `{apiVersion: ${version}, kind: ${kind.replace('Kubernetes', '')}, metadata: {name: ${name}, namespace: ${space}${more === '' ? '' : `, ${more}`}}, spec: {${spec}}}`;
}
