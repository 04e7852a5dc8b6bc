import { podName, WORKLOADS } from '../mesh/workloads.ts';
import { atLeast, type Expectation, equal, finds, findsNothing, none } from './expectation.ts';
import type { Scenario } from './scenario.ts';

const POD = 'paymentV1';
const PROXY = { proxy_namespace: 'payment', proxy: podName(WORKLOADS[POD]) };

function verbose(logger: string): Expectation {
  return equal(1, {
    family: 'meshladder_proxy_verbose_logger',
    labels: { ...PROXY, logger, level: 'debug' },
    by: 'envoy',
  });
}

function noneVerbose(): Expectation {
  return none({ family: 'meshladder_proxy_verbose_logger', labels: PROXY, by: 'envoy' });
}

function debugWritten(count: number): Expectation {
  const labels = { proxy_namespace: 'payment', workload: 'payment-svc-v1', level: 'debug' };
  return atLeast(count, { family: 'meshladder_proxy_log_lines_total', labels, by: 'logs' });
}

/** Somebody looked for a 403 and left the loggers on: each request costs dozens of lines of disk and of attention. */
export const LOGGING: Scenario = {
  name: 'logging',
  about: 'loggers http and rbac were left at debug on a proxy of payment-svc',
  quiet: true,
  pod: POD,
  acts: [
    {
      name: 'quiet',
      beats: [
        {
          at: 0,
          says: 'payment-svc logs as usual',
          seen: 'no verbose logger, no finding',
          deeds: [],
          expects: [noneVerbose(), findsNothing('payment', 'proxy-logging')],
        },
      ],
    },
    {
      name: 'left_on',
      beats: [
        {
          at: 5,
          says: 'http, rbac set to debug, and left',
          seen: '2 loggers verbose; lines counted',
          deeds: [{ at: 5, do: 'set_levels', pod: POD, levels: { http: 'debug', rbac: 'debug' } }],
          expects: [verbose('http'), verbose('rbac'), debugWritten(20)],
        },
        {
          at: 6,
          says: 'what check says of it',
          seen: 'proxy-logging names both loggers',
          deeds: [],
          expects: [finds('payment', 'proxy-logging', 'http', 'rbac', 'debug', PROXY.proxy, 'lines/s')],
        },
      ],
    },
    {
      name: 'mended',
      beats: [
        {
          at: 40,
          says: 'config log --level default',
          seen: 'no verbose logger any more',
          deeds: [{ at: 40, do: 'set_levels', pod: POD, levels: {} }],
          expects: [noneVerbose()],
        },
      ],
    },
  ],
  endsAt: 43,
};
