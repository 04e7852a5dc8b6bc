import { podName, WORKLOADS } from '../mesh/workloads.ts';
import { checkFinds, checkFindsNothing } from '../scenario/check-says.ts';
import { type Expectation, equal, none } from '../scenario/expectation.ts';
import type { Act, Scenario } from '../scenario/scenario.ts';

const POD = 'details';
const PROXY = { proxy_namespace: 'bookinfo', proxy: podName(WORKLOADS[POD]) };

/** Since when it has not acknowledged, of each type; none: it holds all that it was sent. */
const unacked = { family: 'meshladder_proxy_unacked_since_timestamp_seconds', labels: PROXY } as const;
const outOfSync = { family: 'meshladder_proxy_out_of_sync_since_timestamp_seconds', labels: PROXY } as const;

/** One of the types that were pushed is unacknowledged, and the proxy is not missing: istiod still lists it. */
function staleAndConnected(): Expectation[] {
  const type = { family: 'meshladder_proxy_type_state', labels: { ...PROXY, state: 'STALE' } } as const;
  return [
    ...['cds', 'lds', 'rds'].map((xds_type) => equal(1, { ...type, labels: { ...type.labels, xds_type } })),
    none({ family: 'meshladder_proxy_missing', labels: PROXY }),
  ];
}

/** The agent hangs: it takes what istiod sends, and never answers. */
export const HANGS: Act = {
  name: 'hangs',
  beats: [
    {
      at: 5,
      says: 'details-v1: its agent hangs; push',
      seen: 'STALE: CDS, LDS, RDS; connected',
      deeds: [
        { at: 4, do: 'silence', pods: [POD] },
        { at: 5, do: 'push', types: ['cds', 'lds', 'rds'] },
      ],
      expects: staleAndConnected(),
    },
    {
      at: 6,
      says: 'what check says of it',
      seen: 'config-synced: it does not answer',
      deeds: [],
      expects: [checkFinds('config-synced', 'STALE'), checkFindsNothing('control-plane', 'in-mesh')],
    },
  ],
};

/** Long enough for IstioProxyStale, which waits three minutes in all. */
const RESTARTED_AT = 215;

export const RESTARTED: Act = {
  name: 'restarted',
  beats: [
    {
      at: RESTARTED_AT,
      says: 'its agent is started anew',
      seen: 'SYNCED; check finds nothing',
      deeds: [{ at: RESTARTED_AT, do: 'reconnect', pod: POD, istiod: 1 }],
      expects: [none(unacked), none(outOfSync), checkFindsNothing('config-synced')],
    },
  ],
};

/** STALE that lasts: nothing is cut off and no proxy is missing, but one is connected and does not answer. */
export const STUCK: Scenario = {
  name: 'stuck',
  about: 'the agent of details-v1 hangs: it stays connected and acknowledges nothing',
  quiet: true,
  pod: POD,
  acts: [
    {
      name: 'well',
      beats: [
        {
          at: 0,
          says: 'details-v1 is well',
          seen: 'SYNCED; check finds nothing',
          deeds: [],
          expects: [none(unacked), none(outOfSync), checkFindsNothing('control-plane', 'in-mesh', 'config-synced')],
        },
      ],
    },
    HANGS,
    RESTARTED,
  ],
  endsAt: RESTARTED_AT + 5,
};
