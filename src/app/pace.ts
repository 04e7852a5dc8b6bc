import type { Clock } from '../sources/source.ts';
import { wantsFastPoll } from '../state/pace.ts';
import type { Mesh } from './mesh.ts';

/** How often istiods are to be asked, as the mesh is now. */
export function paceOf(mesh: Pick<Mesh, 'read'>, clock: Pick<Clock, 'now'>): () => 'normal' | 'fast' {
  return () => (wantsFastPoll(mesh.read(), clock.now()) ? 'fast' : 'normal');
}
