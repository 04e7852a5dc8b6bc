import type { World } from './world.ts';

/** What is made of a world once, however many analyzers ask for it. */
export function perWorld<T>(make: (world: World) => T): (world: World) => T {
  const made = new WeakMap<World, { readonly value: T }>();
  return (world) => {
    const before = made.get(world);
    if (before !== undefined) return before.value;
    const value = make(world);
    made.set(world, { value });
    return value;
  };
}
