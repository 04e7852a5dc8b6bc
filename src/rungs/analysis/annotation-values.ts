import { isAddress, isCidr } from './addresses.ts';

/** What is wrong with the value of an annotation, if anything. */
export type AnnotationProblem = (value: string) => string | undefined;

const MODES: ReadonlySet<string> = new Set(['REDIRECT', 'TPROXY', 'NONE']);
const BOOLEANS: ReadonlySet<string> = new Set([...'1tT0fF', 'TRUE', 'True', 'true', 'FALSE', 'False', 'false']);

export const badMode: AnnotationProblem = (value) =>
  MODES.has(value) ? undefined : `"${value}" is none of REDIRECT, TPROXY and NONE`;

export const badFlag: AnnotationProblem = (value) =>
  BOOLEANS.has(value) ? undefined : `"${value}" is neither true nor false`;

export const badUint32: AnnotationProblem = (value) =>
  /^\d+$/.test(value) && Number(value) < 2 ** 32 ? undefined : `"${value}" is no number from 0 to 4294967295`;

export const badPort: AnnotationProblem = (value) =>
  isPort(value) ? undefined : `"${value}" is no port from 0 to 65535`;

export const badPorts: AnnotationProblem = (value) => firstBad(value, isPort, 'no port');

export const badPortsOrStar: AnnotationProblem = (value) => (value === '*' ? undefined : badPorts(value));

export const badRanges: AnnotationProblem = (value) => firstBad(value, isRange, 'no range of addresses');

export const badRangesOrStar: AnnotationProblem = (value) => (value === '*' ? undefined : badRanges(value));

/** Of a list between commas; an empty one is fine. */
function firstBad(value: string, isGood: (part: string) => boolean, problem: string): string | undefined {
  const bad = value === '' ? undefined : value.split(',').find((part) => !isGood(part.trim()));
  return bad === undefined ? undefined : `"${bad}" is ${problem}`;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) <= 65_535;
}

/** An address alone is a range of one. */
function isRange(text: string): boolean {
  return isCidr(text) || isAddress(text);
}
