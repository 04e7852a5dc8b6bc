import { textsAt } from '../../../model/spec-paths.ts';
import { firstOf } from '../../wording.ts';
import { bindingOf, exportedTo, isSeenFrom, showCommand } from './bindings.ts';
import { type Cause, untold } from './cause.ts';

/** `exportTo` hides the VirtualService from those who call. */
export const notExported: Cause = {
  id: 'not-exported',
  what: '`exportTo` hides it from the callers',
  sign: "`exportTo`, or MeshConfig `defaultVirtualServiceExportTo` where it has none, leaves out each caller's namespace",
  mend: "add the callers' namespaces, or `*`, to `exportTo`",
  find({ split, object, world, callers }) {
    if (split.object.kind !== 'VirtualService' || !bindingOf(object).isForMesh) return undefined;
    const own = textsAt(object.spec, 'exportTo');
    const blind = own.length === 0 ? untold(world, 'meshConfigs') : undefined;
    if (blind !== undefined) return blind;
    const scopes = exportedTo(object, world);
    const passing = callers.filter(({ past, kind }) => past > 0 && kind === 'sidecar');
    const field = own.length > 0 ? 'exportTo' : 'defaultVirtualServiceExportTo of the mesh';
    const told = { evidence: [`${field}: [${scopes.join(', ')}]`], next: showCommand(split) };
    if (scopes.length === 1 && scopes[0] === '~') {
      return { isCertain: true, text: 'it is exported to nobody', mend: `take ~ out of ${field}`, ...told };
    }
    if (passing.length === 0 || passing.some(({ namespace }) => isSeenFrom(scopes, namespace))) return undefined;
    const namespaces = firstOf([...new Set(passing.map(({ namespace }) => namespace))]);
    const mend = `add ${namespaces} to its exportTo`;
    return { isCertain: false, text: `it is not exported to ${namespaces}`, mend, ...told };
  },
};
