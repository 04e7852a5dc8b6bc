import type { LabelSelector } from './network-policy.ts';
import type { Labels } from './workload.ts';

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

/** Kubernetes' rule for label selectors: every label and every expression must hold; an empty selector selects all. */
export function selects({ matchLabels, matchExpressions }: LabelSelector, labels: Labels): boolean {
  for (const key in matchLabels) if (matchLabels[key] !== own(labels, key)) return false;
  return matchExpressions?.every((expression) => holds(expression, own(labels, expression.key))) ?? true;
}

/** NotIn and DoesNotExist also hold for what lacks the label. */
function holds({ operator, values = [] }: Expression, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
  }
}

/** A label may be called `constructor`. */
function own(labels: Labels, key: string): string | undefined {
  return Object.hasOwn(labels, key) ? labels[key] : undefined;
}
