import { COLOURS, type Mapping } from './panel.ts';

/** The same verdict has the same colour everywhere. */
export const VERDICT_COLOURS: Readonly<Record<string, string>> = {
  synced: COLOURS.good,
  stale: COLOURS.warning,
  missing: COLOURS.bad,
  rejected: COLOURS.rejected,
  unknown: COLOURS.unknown,
};

/** States of a proxy, as numbers that a timeline draws. */
const STATE_NUMBERS: Readonly<Record<string, number>> = {
  SYNCED: 1,
  NOT_SENT: 2,
  STALE: 3,
  ERROR: 4,
  UNKNOWN: 5,
};

export const STATE_MAPPINGS: readonly Mapping[] = [
  { value: '1', text: 'SYNCED', colour: 'good' },
  { value: '2', text: 'NOT SENT', colour: 'pending' },
  { value: '3', text: 'STALE', colour: 'warning' },
  { value: '4', text: 'ERROR', colour: 'rejected' },
  { value: '5', text: 'UNKNOWN', colour: 'unknown' },
];

/** A state set as one number, for a timeline: of each `by`, the number of the state it is in. */
export function stateNumber(by: readonly string[], of: (state: string) => string): string {
  const parts = Object.entries(STATE_NUMBERS).map(
    ([state, number]) => `(max by (${by.join(', ')}) (${of(state)}) == 1) * ${number}`,
  );
  return parts.join(' or ');
}
