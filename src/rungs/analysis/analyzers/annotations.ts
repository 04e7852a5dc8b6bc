import type { ObjectRef } from '../../../model/analysis.ts';
import type { Labels } from '../../../model/workload.ts';
import type { Analyzer, Report } from '../analyzer.ts';
import { namespaceRef } from '../analyzer.ts';
import { ANNOTATIONS } from '../annotation-table.ts';
import { INJECT } from '../membership.ts';

/** An object that may carry annotations of Istio's. */
interface Carrier {
  readonly object: ObjectRef;
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** Annotations of Istio's that it does not know, that are old, that mean nothing here, or that cannot be read. */
export const annotations: Analyzer = {
  codes: ['IST0107', 'IST0108', 'IST0125', 'IST0135'],
  needs: ['namespaces', 'services', 'pods', 'deployments'],
  analyze(world, report) {
    for (const { name, labels, annotations: carried = {} } of world.namespaces) {
      judgeAll({ object: namespaceRef(name), labels, annotations: carried }, report);
    }
    for (const { namespace, name, labels, annotations: carried = {} } of world.services) {
      judgeAll({ object: { kind: 'Service', namespace, name }, labels, annotations: carried }, report);
    }
    for (const { namespace, name, labels, annotations: carried } of world.pods) {
      judgeAll({ object: { kind: 'Pod', namespace, name }, labels, annotations: carried }, report);
    }
    for (const { namespace, name, labels, annotations: carried = {} } of world.deployments) {
      judgeAll({ object: { kind: 'Deployment', namespace, name }, labels, annotations: carried }, report);
    }
  },
};

function judgeAll(carrier: Carrier, report: Report): void {
  for (const key of Object.keys(carrier.annotations)) if (isIstios(key)) judge(carrier, key, report);
}

function isIstios(key: string): boolean {
  const domain = key.slice(0, Math.max(0, key.indexOf('/')));
  return domain === 'istio.io' || domain.endsWith('.istio.io') || key === 'kubernetes.io/ingress.class';
}

function judge({ object, labels, annotations: carried }: Carrier, annotation: string, report: Report): void {
  const known = Object.hasOwn(ANNOTATIONS, annotation) ? ANNOTATIONS[annotation] : undefined;
  if (known === undefined) {
    report('IST0108', object, { annotation });
    return;
  }
  // Beside the label of that name the annotation is only for old versions.
  const isForOld = annotation === INJECT && labels[INJECT] !== undefined;
  if (known.deprecated && !isForOld) report('IST0135', object, { annotation });
  if (!known.kinds.includes(object.kind) && !known.kinds.includes('Any')) {
    report('IST0107', object, { annotation, kinds: known.kinds.join(', ') });
    return;
  }
  const problem = known.problem?.(carried[annotation] ?? '');
  if (problem !== undefined) report('IST0125', object, { annotation, problem });
}
