import { readdirSync } from 'node:fs';
import { CHART, HELM, helm, type KubeObject, OPERATOR, objectsIn, renderText } from '../../scripts/helm.ts';

/** Said where a test is skipped for it. */
export const NO_HELM: string | false = HELM === undefined && 'helm is not here';

/** Files in `ci/`, by what stands before `-values.yaml`. */
export const VARIANTS: readonly string[] = readdirSync(`${CHART}/ci`)
  .map((name) => /^(.+)-values\.yaml$/.exec(name)?.[1])
  .filter((name) => name !== undefined)
  .toSorted();

export function variantFile(variant: string): string {
  return `${CHART}/ci/${variant}-values.yaml`;
}

/** What a person reads who installs it: with a values file and more values, as `a.b=1`, into a namespace. */
export function renderNotes(file: string, namespace: string, set: readonly string[] = []): string {
  const values = ['--values', file, ...set.flatMap((one) => ['--set', one])];
  const said = helm(['install', 'meshladder', CHART, '--dry-run=client', '--namespace', namespace, ...values]);
  return said.slice(said.indexOf('\nNOTES:\n') + '\nNOTES:\n'.length);
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
