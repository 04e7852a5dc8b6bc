import { readdirSync, readFileSync } from 'node:fs';
import { type Analysis, type AnalysisFinding, objectPath } from '../../src/model/analysis.ts';
import { epochSeconds } from '../../src/model/brand.ts';
import { analyze } from '../../src/rungs/analysis/analyze.ts';
import type { ManifestFile } from '../../src/sources/kubernetes/manifests/documents.ts';
import { manifestWorld } from '../../src/sources/kubernetes/manifests/world.ts';

export const FIXTURES: URL = new URL('../fixtures/', import.meta.url);

/** A day after the recordings. */
export const LATER = epochSeconds(Date.parse('2026-11-22T00:00:00Z') / 1000);

/** A file by its path in the fixtures. */
export function fileOf(path: string): ManifestFile {
  return { path, text: readFileSync(new URL(path, FIXTURES), 'utf8') };
}

/** What runs in the recorded cluster, list by list. */
export function recordedCluster(): readonly ManifestFile[] {
  const names = readdirSync(new URL('objects/', FIXTURES));
  const lists = names.filter((name) => !/from-chart|api-groups|crds|version/.test(name));
  return lists.map((name) => fileOf(`objects/${name}`));
}

/** What is said of a world that is these files alone. */
export function analyzeFiles(files: readonly ManifestFile[], namespace = 'default'): Analysis {
  return analyze(manifestWorld(files, { at: LATER, namespace }).world);
}

/** What is said of objects that a test writes down. */
export function analyzeYaml(...documents: readonly string[]): Analysis {
  return analyzeFiles([{ path: 'objects.yaml', text: documents.join('\n---\n') }]);
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
