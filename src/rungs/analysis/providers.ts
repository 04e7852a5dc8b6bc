import { objectsAt, textAt } from '../../model/spec-paths.ts';
import { meshOf } from './mesh.ts';
import { perWorld } from './per-world.ts';
import type { World } from './world.ts';

/** Without any mesh configuration, as in files of a few objects, nobody knows which providers there are. */
export function isMeshSaid(world: World): boolean {
  return meshOf(world).config !== undefined;
}

export const providerNames: (world: World) => ReadonlySet<string> = perWorld((world) => {
  const providers = world.meshConfigs.flatMap(({ raw }) => objectsAt(raw, 'extensionProviders'));
  return new Set(providers.map((provider) => textAt(provider, 'name')));
});
