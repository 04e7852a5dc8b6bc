import { OTHER, type RequestCount, type RequestShape } from '../../model/traffic.ts';

/** Counts by shape. A cell is a shape's place, for ever. */
export interface ShapeCounts {
  cell(shape: RequestShape): number;
  add(cell: number, by: number): void;
  /** All shapes seen in a line, in the order in which they were first asked for. */
  counts(): readonly RequestCount[];
}

const BREAK = '\u0000';

/** @param maxShapes beyond these a shape counts as `__other__`, which keeps what cannot be many: namespace, code, flags */
export function createShapeCounts(maxShapes: number): ShapeCounts {
  const shapes: RequestShape[] = [];
  const numbers: number[] = [];
  const cells = new Map<string, number>();
  /** Reused while a count stands still, so that who reads may compare by identity. */
  const told: RequestCount[] = [];

  const intern = (shape: RequestShape): number => {
    const key = shapeKey(shape);
    const known = cells.get(key);
    if (known !== undefined) return known;
    const cell = shapes.push(shape) - 1;
    numbers.push(0);
    cells.set(key, cell);
    return cell;
  };
  return {
    cell: (shape) => {
      const known = cells.get(shapeKey(shape));
      if (known !== undefined) return known;
      return intern(shapes.length < maxShapes ? shape : folded(shape));
    },
    add: (cell, by) => {
      numbers[cell] = (numbers[cell] ?? 0) + by;
    },
    counts: () => {
      for (const [cell, count] of numbers.entries()) {
        const shape = shapes[cell];
        if (shape !== undefined && told[cell]?.count !== count) told[cell] = { shape, count };
      }
      return told.filter(({ count }) => count > 0);
    },
  };
}

function folded(shape: RequestShape): RequestShape {
  return Object.freeze({
    proxyNamespace: shape.proxyNamespace,
    workload: OTHER,
    direction: shape.direction,
    destination: OTHER,
    subset: OTHER,
    route: OTHER,
    responseCode: shape.responseCode,
    flags: shape.flags,
    details: shape.details,
  });
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
