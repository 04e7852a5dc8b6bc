import { none } from '../scenario/expectation.ts';
import { notBlocked } from '../scenario/facts.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { WELL } from './well.ts';

/** Nothing happens, for as long as an incident takes: what dashboards, alerts and the page say of a mesh that is well. */
export const NONE: Scenario = {
  name: 'none',
  about: 'nothing goes wrong in payment: what a mesh looks like that is well',
  quiet: true,
  acts: [
    WELL,
    {
      name: 'still well',
      beats: [
        {
          at: 120,
          says: 'payment is well all the while',
          seen: 'none missing, nobody is cut off',
          deeds: [],
          expects: [none({ family: 'meshladder_proxy_missing' }), ...notBlocked()],
        },
      ],
    },
  ],
  endsAt: 121,
};
