import type { ConfigDifference, SectionDiff } from '../../rungs/config-diff/diff-configs.ts';
import type { DiffReport } from './diff-report.ts';
import { type Colour, oneLine, paint } from './text-table.ts';

/** More lines than these of one resource are not read; the JSON has them all. */
const MAX_LINES = 300;
const MAX_NAME = 200;

/** What was compared, a line a section, and a unified diff of each resource that differs. */
export function diffText(report: DiffReport, coloured: boolean): string {
  const { sections, differences, sides, rejections, warming } = report;
  const why = [
    ...rejections.map(
      ({ side, section, name, details }) => `${side} rejected ${section}/${name}: ${details || 'no reason given'}`,
    ),
    ...warming.map(({ side, section, name }) => `${side} holds back ${section}/${name}: it waits for something`),
  ];
  return [
    ...sections.map((section) => `${sectionLine(section, sides)}\n`),
    ...why.map((line) => `${oneLine(line, 1_000)}\n`),
    ...differences.map((difference) => `\n${differenceText(difference, sides, coloured)}`),
  ].join('');
}

function sectionLine({ section, state, compared, differences }: SectionDiff, sides: DiffReport['sides']): string {
  if (state === 'unknown') {
    const ask = section === 'endpoints' ? '; ask for them by include_eds' : '';
    return `${section}: not compared, ${sides.join(' or ')} does not have them${ask}`;
  }
  return state === 'same' ? `${section}: same (${compared})` : `${section}: ${differences} of ${compared} differ`;
}

function differenceText(
  { section, name, diff }: ConfigDifference,
  sides: DiffReport['sides'],
  coloured: boolean,
): string {
  const resource = `${section}/${oneLine(name, MAX_NAME)}`;
  const lines = diff.trimEnd().split('\n');
  const more = lines.length - MAX_LINES;
  const shown = [`--- ${sides[0]} ${resource}`, `+++ ${sides[1]} ${resource}`, ...lines.slice(0, MAX_LINES)];
  const text = shown.map((line) => `${paint(lineCell(line), coloured)}\n`).join('');
  return more > 0 ? `${text}… and ${more} lines more; -o json has them all\n` : text;
}

const COLOURS: Readonly<Record<string, Colour>> = { '-': 'red', '+': 'green', '@': 'dim' };

/** Lines are as they were indented; what in them could steer a terminal is written out. */
function lineCell(line: string): { readonly text: string; readonly colour?: Colour } {
  const text = line.replace(/[\p{Cc}\p{Cf}]/gu, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const colour = COLOURS[line.slice(0, 1)];
  return colour === undefined ? { text } : { text, colour };
}
