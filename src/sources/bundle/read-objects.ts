import { createBreather } from '../breathe.ts';
import { isReadKind, kindOf } from '../kubernetes/files-cluster.ts';
import { type FileObject, readObjects } from '../kubernetes/object-files.ts';
import type { BundleEntry } from './entry.ts';
import { createItemCutter } from './item-cutter.ts';

/** The objects of one file. */
export interface EntryObjects {
  readonly objects: readonly FileObject[];
  /** Kinds that are in it, also such as nobody looks at; by plural name and group. */
  readonly kinds: ReadonlySet<string>;
  /** How many objects are in it. */
  readonly count: number;
  /** Single objects that cannot be read. */
  readonly problems: readonly string[];
  /** Nothing was in it at all: the command that was to fill it failed. */
  readonly isEmpty: boolean;
}

/**
 * Reads the objects of an entry. Of those nobody looks at (custom resource definitions, events, secrets) no more than
 * the kind is read.
 * @throws EntryProblem, BundleCut
 */
export async function readEntryObjects(entry: BundleEntry): Promise<EntryObjects> {
  const taken = createTaker(entry.path);
  const cutter = createItemCutter(taken);
  const breathe = createBreather();
  const decoder = new TextDecoder();
  let rest = '';
  let isEmpty = true;
  for await (const chunk of entry.chunks()) {
    isEmpty = false;
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      cutter.push(line.endsWith('\r') ? line.slice(0, -1) : line);
      await breathe();
    }
  }
  if (rest !== '') cutter.push(rest);
  cutter.end();
  return { ...taken.found(), isEmpty };
}

interface Taker {
  item(text: string): void;
  whole(text: string): void;
  found(): Omit<EntryObjects, 'isEmpty'>;
}

function createTaker(file: string): Taker {
  const objects: FileObject[] = [];
  const kinds = new Set<string>();
  const problems: string[] = [];
  let count = 0;
  const take = (text: string): void => {
    const read = readObjects([{ name: file, text }]);
    problems.push(...read.problems);
    for (const object of read.objects) {
      const kind = kindOf(object.raw);
      // What has no kind is none of Kubernetes'.
      if (kind === 's.') continue;
      count += 1;
      kinds.add(kind);
      if (isReadKind(object.raw)) objects.push(object);
    }
  };
  return {
    item(text) {
      const kind = headOf(text);
      if (kind === undefined || isReadKind(kind)) return take(text);
      count += 1;
      kinds.add(kindOf(kind));
    },
    whole(text) {
      // An empty list of a kind tells that there is none.
      const list = /^ {0,4}"?kind"?: ?"?(\w+)List"?,?\r?$/m.exec(text)?.[1];
      const apiVersion = /^ {0,4}"?apiVersion"?: ?"?([\w./-]+)"?,?\r?$/m.exec(text)?.[1];
      if (list !== undefined && apiVersion !== undefined) kinds.add(kindOf({ kind: list, apiVersion }));
      take(text);
    },
    found: () => ({ objects, kinds, count, problems }),
  };
}

/** What an item is, from its own lines; undefined where they do not say it plainly. */
function headOf(text: string): { readonly kind: string; readonly apiVersion: string } | undefined {
  const kind = /^kind: (\w+)$/m.exec(text)?.[1];
  const apiVersion = /^apiVersion: ([\w./-]+)$/m.exec(text)?.[1];
  return kind === undefined || apiVersion === undefined ? undefined : { kind, apiVersion };
}
