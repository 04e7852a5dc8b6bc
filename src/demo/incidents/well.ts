import { checkFindsNothing } from '../scenario/check-says.ts';
import { findsNothing } from '../scenario/expectation.ts';
import { canaryTraffic, synced } from '../scenario/facts.ts';
import type { Act } from '../scenario/scenario.ts';

/** Rungs that are below these in `payment`, and what the story must not be taken for. */
const LOWER = ['control-plane', 'in-mesh', 'config-synced', 'routes', 'endpoints', 'mtls', 'authorization'] as const;
type Rung = (typeof LOWER)[number];

/** The rungs below this one; all where it is none of them. */
export function below(rung: string): readonly Rung[] {
  const at = LOWER.indexOf(rung as Rung);
  return at < 0 ? LOWER : LOWER.slice(0, at);
}

/** `payment` is well, and `check` says so of every rung that the story may touch. */
export const WELL: Act = {
  name: 'well',
  beats: [
    {
      at: 0,
      says: 'payment is well',
      seen: '3 SYNCED; check finds nothing',
      deeds: [],
      expects: [
        ...synced(3),
        ...canaryTraffic('v1'),
        findsNothing('payment', ...LOWER, 'analysis'),
        checkFindsNothing(...LOWER, 'analysis'),
      ],
    },
  ],
};
