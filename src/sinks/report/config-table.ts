import { formatTable, oneLine } from './text-table.ts';

/** A table of a section: its title line, and what stands in each line. */
export interface ConfigTable {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const MAX_WIDTH = 400;

/** Columns as istioctl has them; names come from a dump that may be anybody's, so nothing in them steers a terminal. */
export function formatConfigTable({ head, rows }: ConfigTable): string {
  const cells = rows.map((row) => row.map((text) => ({ text: oneLine(text, MAX_WIDTH) })));
  return formatTable(head, cells, false).replaceAll(/ +$/gm, '');
}
