import type { Condition } from '../../../model/workload.ts';
import { record, records, text } from './fields.ts';

/** What controllers wrote into `status.conditions`; nothing where they wrote nothing. */
export function conditionsOf(status: unknown): readonly Condition[] | undefined {
  const listed = records(record(status)?.['conditions']);
  if (listed.length === 0) return undefined;
  return listed.map((condition) => ({
    type: text(condition['type']) ?? '',
    status: text(condition['status']) ?? '',
    reason: text(condition['reason']) ?? '',
    message: text(condition['message']) ?? '',
  }));
}
