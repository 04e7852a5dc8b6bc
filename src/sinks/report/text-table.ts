import { styleText } from 'node:util';

export type Colour = 'red' | 'yellow' | 'magenta' | 'green' | 'dim';

/** One cell: what it says, and how it looks where colours are wanted. */
export interface Cell {
  readonly text: string;
  readonly colour?: Colour;
}

/**
 * Columns padded with blanks, three between them, as kubectl and istioctl print them; no line ends in blanks.
 * @param coloured escape sequences are written only when asked for
 */
export function formatTable(head: readonly string[], rows: readonly (readonly Cell[])[], coloured: boolean): string {
  const widths = head.map((title, nth) =>
    rows.reduce((widest, row) => Math.max(widest, row[nth]?.text.length ?? 0), title.length),
  );
  const line = (cells: readonly Cell[]): string =>
    cells
      .map((cell, nth) => {
        const padding = nth === cells.length - 1 ? 0 : (widths[nth] ?? 0) - cell.text.length + 3;
        return paint(cell, coloured) + ' '.repeat(padding);
      })
      .join('');
  return [head.map((text) => ({ text })), ...rows].map((cells) => `${line(cells)}\n`).join('');
}

/** A text in colour, or as it is. */
export function paint({ text, colour }: Cell, coloured: boolean): string {
  return coloured && colour !== undefined ? styleText(colour, text, { validateStream: false }) : text;
}

/** Text of a stranger's on one line: line breaks become blanks, what could steer a terminal is taken out. */
export function oneLine(text: string, max: number): string {
  const clean = text
    .replace(/\s+/g, ' ')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim();
  return clean.length <= max ? clean : `${clean.slice(0, max - 1).toWellFormed()}…`;
}
