import type { LabelSelector } from '../../../model/network-policy.ts';
import type { Labels } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { onlyRecords, present, record, stringMap, text, texts } from './fields.ts';

type Expression = NonNullable<LabelSelector['matchExpressions']>[number];

const OPERATORS: readonly Expression['operator'][] = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/**
 * Reads a selector; a missing one is `{}`, which selects everything.
 * @throws Error for anything not understood: a selector half understood would select the wrong pods
 */
export function selectorOf(value: unknown): LabelSelector {
  const raw = record(value ?? {});
  if (raw === undefined) throw new Error('a label selector of it is no object');
  const expressions = onlyRecords(raw['matchExpressions'] ?? [], 'matchExpressions');
  return present({
    matchLabels: matchLabelsOf(raw['matchLabels']),
    matchExpressions: expressions.length > 0 ? expressions.map(expressionOf) : undefined,
  });
}

function matchLabelsOf(value: unknown): Labels | undefined {
  if (value === undefined || value === null) return undefined;
  const labels = stringMap(value);
  if (Object.keys(labels).length !== Object.keys(record(value) ?? { '': '' }).length) {
    throw new Error('matchLabels of it holds something else than strings');
  }
  return labels;
}

function expressionOf(raw: RawObject): Expression {
  const key = text(raw['key']);
  const operator = OPERATORS.find((known) => known === raw['operator']);
  if (key === undefined || operator === undefined) throw new Error('a label selector of it has an unknown operator');
  const values = texts(raw['values']);
  return present({ key, operator, values: values.length > 0 ? values : undefined });
}
