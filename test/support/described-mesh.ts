import { readdirSync, readFileSync } from 'node:fs';
import { epochSeconds } from '../../src/model/brand.ts';
import type { ClusterObjects } from '../../src/model/cluster.ts';
import { emptySnapshot, type MeshSnapshot } from '../../src/model/snapshot.ts';
import { clusterOfFiles } from '../../src/sources/kubernetes/files-cluster.ts';
import { readObjects } from '../../src/sources/kubernetes/object-files.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);
const AT = epochSeconds(1_000);

/** Lists of the recorded mesh, as `kubectl get -o json` gave them. */
const RECORDED = [
  'namespaces',
  'pods',
  'services',
  'configmaps',
  'replicasets',
  'destinationrules',
  'peerauthentications',
  'authorizationpolicies',
  'requestauthentications',
];

function file(path: string): { readonly name: string; readonly text: string } {
  return { name: path, text: readFileSync(new URL(path, FIXTURES), 'utf8') };
}

/** Objects of texts of YAML, later ones over earlier ones. @throws for what cannot be read */
export function clusterOf(...texts: readonly string[]): ClusterObjects {
  return clusterOfTexts(texts.map((text, nth) => ({ name: `text ${nth}`, text })));
}

function clusterOfTexts(files: readonly { readonly name: string; readonly text: string }[]): ClusterObjects {
  const { objects, problems } = readObjects(files);
  const cluster = clusterOfFiles(objects, { namespace: 'default', at: AT });
  const wrong = [...problems, ...cluster.problems];
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return cluster.cluster;
}

/** A snapshot of Kubernetes alone. */
export function snapshotOf(cluster: ClusterObjects): MeshSnapshot {
  return { ...emptySnapshot(AT), cluster };
}

/** One recorded situation: the mesh with some objects applied, and what istioctl said of it. */
export interface Situation {
  readonly name: string;
  readonly cluster: ClusterObjects;
  /** What `istioctl x describe` said of each pod, by `namespace/name`. */
  readonly described: ReadonlyMap<string, string>;
  /** What `istioctl x authz check` said of each pod. */
  readonly checked: ReadonlyMap<string, string>;
}

/** Every recorded situation. */
export function situations(): readonly Situation[] {
  const recorded = RECORDED.map((kind) => file(`objects/${kind}.json`));
  return readdirSync(new URL('describe-authz', FIXTURES))
    .toSorted()
    .map((name) => ({
      name,
      cluster: clusterOfTexts([...recorded, file(`describe-authz/${name}/objects.yaml`)]),
      described: answers(file(`describe-authz/${name}/describe.txt`).text, /x describe pod (\S+)\.([a-z-]+) /),
      checked: answers(file(`describe-authz/${name}/authz-check.txt`).text, /x authz check (\S+)\.([a-z-]+) /),
    }));
}

/** Answers that were one: exit code 0. */
function answers(text: string, command: RegExp): ReadonlyMap<string, string> {
  const sections = text.split(/^\$ istioctl /m).filter((section) => section.includes('(exit code 0)'));
  return new Map(
    sections.flatMap((section) => {
      const [, pod, namespace] = command.exec(section) ?? [];
      return pod === undefined ? [] : [[`${namespace}/${pod}`, section] as const];
    }),
  );
}
