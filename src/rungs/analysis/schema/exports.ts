import { textsAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Problems } from './problems.ts';
import { isDnsLabel } from './values.ts';

/** `exportTo`: namespaces each once, `.` for one's own, or `*` alone; `~`, for nobody, only of a ServiceEntry. */
export function checkExports(
  { namespace, spec }: Pick<ConfigObject, 'namespace' | 'spec'>,
  problems: Problems,
  may: { readonly beForNobody: boolean },
): void {
  const exports = textsAt(spec, 'exportTo').map((each) => (each === '.' ? namespace : each));
  const bad = exports.find((each) => each !== '*' && each !== '~' && each !== namespace && !isDnsLabel(each));
  if (bad !== undefined) problems.error(`exportTo has "${bad}", which is no namespace`);
  if (new Set(exports).size < exports.length) problems.error('exportTo has a namespace twice');
  if (exports.includes('*') && exports.length > 1) problems.error('exportTo has * and namespaces beside it');
  if (!exports.includes('~')) return;
  if (!may.beForNobody) problems.error('exportTo may not be ~');
  else if (exports.length > 1) problems.error('exportTo has ~ and namespaces beside it');
}
