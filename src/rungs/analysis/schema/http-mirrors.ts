import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, numberAt, objectsAt } from '../../../model/spec-paths.ts';
import { checkDestination } from './destinations.ts';
import type { Problems } from './problems.ts';

/** `mirror` and `mirrors` of an HTTP rule. */
export function checkMirrors(route: SpecObject, problems: Problems): void {
  const mirrors = objectsAt(route, 'mirrors');
  if (hasAt(route, 'mirror')) {
    if (mirrors.length > 0) problems.error('a rule has mirror and mirrors');
    checkDestination(route['mirror'], problems);
  }
  checkOldPercent(numberAt(route, 'mirrorPercent'), problems);
  checkShare(numberAt(route, 'mirrorPercentage', 'value'), 'mirrorPercentage', problems);
  for (const mirror of mirrors) {
    if (hasAt(mirror, 'destination')) checkDestination(mirror['destination'], problems);
    else problems.error('a mirror has no destination');
    checkShare(numberAt(mirror, 'percentage', 'value'), 'mirrors.percentage', problems);
  }
}

function checkOldPercent(percent: number | undefined, problems: Problems): void {
  if (percent === undefined) return;
  if (percent > 100) problems.error('mirrorPercent is more than 100');
  problems.warning('mirrorPercent is deprecated; use mirrorPercentage');
}

/** Envoy counts in millionths. */
function checkShare(value: number | undefined, where: string, problems: Problems): void {
  if (value === undefined || value === 0) return;
  if (value < 0.0001 || value > 100) problems.error(`${where} is neither 0 nor between 0.0001 and 100`);
}
