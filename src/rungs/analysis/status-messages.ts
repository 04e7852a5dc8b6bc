import type { AnalysisFinding, FindingLevel } from '../../model/analysis.ts';
import { CONFIG_KIND_NAMES, type ConfigKey } from '../../model/config-kinds.ts';
import { objectsAt, textAt } from '../../model/spec-paths.ts';
import type { ConfigObject } from '../../model/workload.ts';
import { refOf } from './analyzer.ts';
import { CODES } from './codes.ts';
import type { World } from './world.ts';

const LEVELS: Readonly<Record<string, FindingLevel>> = { ERROR: 'Error', WARNING: 'Warning', INFO: 'Info' };

/**
 * What istiod's own analysis (PILOT_ENABLE_ANALYSIS) wrote into `status.validationMessages` of objects. It counts only
 * for codes that were not looked for here: of the others, what we see now is newer than what istiod wrote then.
 */
export function statusFindings(world: World, unknown: ReadonlySet<string>): readonly AnalysisFinding[] {
  const keys = Object.keys(CONFIG_KIND_NAMES) as ConfigKey[];
  const all = keys.flatMap((key) => world.config(key).flatMap(messagesOf));
  return all.filter(({ code }) => unknown.has(code) || !Object.hasOwn(CODES, code));
}

function messagesOf(object: ConfigObject): readonly AnalysisFinding[] {
  if (object.status === undefined) return [];
  return objectsAt(object.status, 'validationMessages').flatMap((message) => {
    const code = textAt(message, 'type', 'code');
    const level = LEVELS[textAt(message, 'level')];
    if (!/^IST\d{4}$/.test(code) || level === undefined) return [];
    const text = "istiod's own analysis says so in the status of the object.";
    return [{ code, level, object: refOf(object), text }];
  });
}
