import { detailMeaning } from '../../model/response-detail.ts';
import type { ResponseFlag } from '../../model/response-flags/entry.ts';
import { type Direction, type RequestShape, UNKNOWN_DESTINATION } from '../../model/traffic.ts';
import { type Denier, denierRuleText, denierText } from '../../rungs/authorization/policy-words.ts';
import type { Decoded, DecodedRequest } from './decoded.ts';
import { wrapText } from './wrap-text.ts';

const WRITTEN_BY: Readonly<Record<Direction, string>> = {
  outbound: "written by the client's proxy, or a gateway",
  inbound: "written by the server's own proxy",
  unknown: 'sent nowhere, so nothing tells the direction',
};
const LABEL_WIDTH = 15;

/** What lines, flags and details mean: for a person. */
export function decodedText({ lines, flags, details }: Decoded, width: number): string {
  return [
    ...lines.map((line) => lineText(line, width)),
    ...flags.map((flag) => flagText(flag, width)),
    ...details.map((word) => `${word}\n${wrapText(detailMeaning(word) ?? '', width, '  ', '  ')}`),
  ].join('\n');
}

function lineText(line: DecodedRequest, width: number): string {
  if (line.kind === 'access') return accessText(line.shape, width);
  const failure = line.xdsFailure === undefined ? '' : `; its link to istiod failed: ${line.xdsFailure}`;
  return `A line of the proxy's own log, level ${line.level}${failure}\n`;
}

function accessText(shape: RequestShape, width: number): string {
  const { direction, destination, subset, route, responseCode, flags, details, denial } = shape;
  const rows: readonly (readonly [label: string, text: string])[] = [
    ['direction', `${direction}: ${WRITTEN_BY[direction]}`],
    ['destination', destination === UNKNOWN_DESTINATION ? 'not told by the line' : destination],
    ['subset', subset || '-'],
    ['route', route || '-'],
    ['code', responseCode === 0 ? '0: TCP, or no answer was sent' : String(responseCode)],
    ['flags', flags.join(',') || '-'],
    ['details', isGood(shape) && details === 'via_upstream' ? details : detailsText(details)],
    ...(denial === undefined ? [] : [['denied by', denialText(denial)] as const]),
    ...(isGood(shape)
      ? [['so', 'nothing is wrong, as far as the line tells: no flag, and no error status'] as const]
      : []),
  ];
  const indent = ' '.repeat(LABEL_WIDTH);
  return rows.map(([label, text]) => wrapText(text, width, `  ${label}`.padEnd(LABEL_WIDTH), indent)).join('');
}

/** Neither the proxy nor the server says that anything went wrong. Over TCP there is no status. */
function isGood({ flags, responseCode, denial }: RequestShape): boolean {
  return flags.length === 0 && denial === undefined && responseCode < 400;
}

/** The class, and what its first word says. */
function detailsText(details: string): string {
  if (details === '') return '-';
  const meaning = detailMeaning(details.split(':')[0] ?? '');
  return meaning === undefined ? details : `${details} — ${meaning}`;
}

function denialText(denial: Denier): string {
  if (denial.policyNamespace !== '') return `${denierRuleText(denial)} (counted from 0)`;
  return denial.policy === 'none'
    ? 'no rule of the ALLOW policies that select this workload matched'
    : denierText(denial);
}

function flagText({ name, longName, failure, seen, meaning, checks, confusion }: ResponseFlag, width: number): string {
  const steps = checks.map((check, nth) => wrapText(check, width, `  ${nth + 1}. `, '     ')).join('');
  const head = `${name}  ${longName} (${failure ? '' : 'no failure; '}${seen})\n`;
  const mind = confusion === undefined ? '' : wrapText(confusion, width, '  Mind: ', '  ');
  return `${head}${wrapText(meaning, width, '  ', '  ')}  Check first:\n${steps}${mind}`;
}
