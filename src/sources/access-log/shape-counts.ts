import type { RequestCount, RequestShape } from '../../model/traffic.ts';
import { foldedByAll, foldedByNamespace, isFolded } from './folded-shape.ts';

/** Counts by shape. A cell is a shape's place, for ever. */
export interface ShapeCounts {
  cell(shape: RequestShape): number;
  add(cell: number, by: number): void;
  /** All shapes seen in a line, in the order in which they were first asked for; the same list while nothing changes. */
  counts(): readonly RequestCount[];
}

/** Stands in no word: see `shape.ts`. */
const BREAK = '\u0000';
/** What one namespace may take of the cap, so that no tenant can push out the others. */
const NAMESPACE_SHARE = 0.5;
/** Room for folded shapes, as a part of the cap; beyond it they fold once more. */
const FOLDED_SHARE = 0.1;

/** @param maxShapes beyond these, shapes are folded (`folded-shape.ts`): memory ends at about 1.1 times as many */
export function createShapeCounts(maxShapes: number): ShapeCounts {
  const cells = new Map<string, number>();
  const shapes: RequestShape[] = [];
  /** `numbers[cell]` is the count of `shapes[cell]`. */
  const numbers: number[] = [];
  const made: RequestCount[] = [];
  let list: readonly RequestCount[] | undefined = [];
  const places = createPlaces(maxShapes);

  return {
    cell: (asked) => {
      const askedKey = shapeKey(asked);
      const known = cells.get(askedKey);
      if (known !== undefined) return known;
      const shape = places.take(asked, (folded) => cells.has(shapeKey(folded)));
      const key = shape === asked ? askedKey : shapeKey(shape);
      const cell = cells.get(key) ?? shapes.push(shape) - 1;
      numbers[cell] ??= 0;
      cells.set(key, cell);
      return cell;
    },
    add: (cell, by) => {
      numbers[cell] = (numbers[cell] ?? 0) + by;
      list = undefined;
    },
    counts: () => {
      list ??= requestCounts(shapes, numbers, made);
      return list;
    },
  };
}

/** Says which shape one counts as that was not seen before: itself while there is room, else a folded one. */
function createPlaces(maxShapes: number): {
  take(shape: RequestShape, isKnown: (folded: RequestShape) => boolean): RequestShape;
} {
  const byNamespace = new Map<string, number>();
  const maxNamespace = Math.ceil(maxShapes * NAMESPACE_SHARE);
  const maxFolded = Math.ceil(maxShapes * FOLDED_SHARE);
  let whole = 0;
  let folded = 0;
  return {
    take(shape, isKnown) {
      const own = byNamespace.get(shape.proxyNamespace) ?? 0;
      if (!isFolded(shape) && whole < maxShapes && own < maxNamespace) {
        whole += 1;
        byNamespace.set(shape.proxyNamespace, own + 1);
        return shape;
      }
      const first = foldedByNamespace(shape);
      if (isKnown(first)) return first;
      if (folded >= maxFolded) return foldedByAll(shape);
      folded += 1;
      return first;
    },
  };
}

/** Reuses what was told of a count that stands still, so that who reads may compare by identity. */
function requestCounts(
  shapes: readonly RequestShape[],
  numbers: readonly number[],
  made: RequestCount[],
): readonly RequestCount[] {
  const list: RequestCount[] = [];
  for (const [cell, shape] of shapes.entries()) {
    const count = numbers[cell] ?? 0;
    const last = made[cell];
    const now = last?.count === count ? last : { shape, count };
    made[cell] = now;
    if (count > 0) list.push(now);
  }
  return list;
}

function shapeKey(shape: RequestShape): string {
  const { denial } = shape;
  return [
    shape.proxyNamespace,
    shape.workload,
    shape.direction,
    shape.destination,
    shape.subset,
    shape.route,
    shape.responseCode,
    shape.flags.join(','),
    shape.details,
    denial === undefined ? '' : `${denial.policyNamespace}/${denial.policy}/${denial.rule}`,
  ].join(BREAK);
}
