import type { ConfigKey } from '../../../model/config-kinds.ts';
import { eachInSteps } from '../../../model/steps.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Analyzer, Report } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { CHECKS, validate } from '../schema/validate.ts';

/** Validation takes some hundredths of a millisecond for one object. */
const EVERY = 50;

/** Objects of one kind that Istio refuses, or takes with a warning, whatever else there is. */
export const objectValidity: readonly Analyzer[] = (Object.keys(CHECKS) as ConfigKey[]).map((key) => ({
  codes: ['IST0106', 'IST0133'],
  needs: [key],
  analyze: (world, report) => eachInSteps(world.config(key), (object) => judge(object, key, report), EVERY),
}));

function judge(object: ConfigObject, key: ConfigKey, report: Report): void {
  for (const { level, text } of validate(object, key)) {
    report(level === 'error' ? 'IST0106' : 'IST0133', refOf(object), { problem: text });
  }
}
