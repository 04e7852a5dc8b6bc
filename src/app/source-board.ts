import type { Observed } from '../model/observed.ts';
import { SOURCE_NAMES } from '../model/source-health.ts';
import type { Log } from '../runtime/log.ts';
import { createSourceTask, type SourceTask } from '../runtime/source-task.ts';
import type { Clock, Source } from '../sources/source.ts';
import type { Mesh } from './mesh.ts';

/** The sources there are; what they say of themselves goes into the mesh, in one order whenever they came. */
export interface SourceBoard {
  add<T>(source: Source<T>, onValue: (value: Observed<T>) => void): SourceTask;
  /** Those of a lead that has ended. */
  remove(tasks: readonly SourceTask[]): void;
}

export function createSourceBoard(options: {
  readonly mesh: Mesh;
  readonly clock: Clock;
  readonly log: Log;
}): SourceBoard {
  const { mesh, clock, log } = options;
  let tasks: readonly SourceTask[] = [];
  const show = (): void => mesh.setSources(tasks.map((task) => task.health()));
  return {
    add(source, onValue) {
      const task = createSourceTask({ source, onValue, onHealth: show, clock, log });
      tasks = [...tasks, task].toSorted((one, other) => placeOf(one) - placeOf(other));
      show();
      return task;
    },
    remove(gone) {
      tasks = tasks.filter((task) => !gone.includes(task));
      show();
    },
  };
}

function placeOf(task: SourceTask): number {
  return (SOURCE_NAMES as readonly string[]).indexOf(task.name);
}
