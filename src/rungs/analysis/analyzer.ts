import type { ObjectRef } from '../../model/analysis.ts';
import type { Steps } from '../../model/steps.ts';
import type { Code, Values } from './codes.ts';
import type { Need } from './needs.ts';
import type { World } from './world.ts';

/** Says a code of an object; all values its text has slots for. */
export type Report = <C extends Code>(code: C, object: ObjectRef, values: Values<C>) => void;

/** Looks for one problem. */
export interface Analyzer {
  readonly codes: readonly Code[];
  /** Without these it is not run, and its codes are unknown. What it only uses where it is known stands not here. */
  readonly needs: readonly Need[];
  /** At once, or in steps where it looks at each of thousands of objects for long. */
  analyze(world: World, report: Report): Steps<void> | void;
}

/** The names of an object. */
export function refOf({ kind, namespace, name }: ObjectRef): ObjectRef {
  return { kind, namespace, name };
}

export function namespaceRef(name: string): ObjectRef {
  return { kind: 'Namespace', namespace: '', name };
}
