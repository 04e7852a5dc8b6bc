import { UNWATCHED_FLAGS, type UnwatchedFlag } from '../../model/flag-unwatched.ts';
import { FLAG_WATCHES, type FlagWatch, MIN_REQUESTS, TIMES_BEFORE } from '../../model/flag-watch.ts';
import { findResponseFlag } from '../../model/response-flag.ts';
import { FAMILIES } from '../../rungs/response-flags/families.ts';
import { codes, type GeneratedPage, page, table } from './document.ts';

/** Which flags to watch, from which share on, and why: made from what the alerts are made from. */
export function responseFlagStandardPage(): GeneratedPage {
  return page('docs/response-flag-standard.md', 'Response flag standard', [
    'Which response flags a cluster should watch, from which share of requests on, why, and who is to act. The alerts in ' +
      '`alerts/response-flags.yaml` are made from the same table, so that they and this page cannot disagree. What each flag means, ' +
      'and what to check first, is in [response-flags.md](response-flags.md).',
    '## Before anything else',
    BEFORE.map((each) => `- ${each}`).join('\n'),
    '## Watched: an alert each',
    `A flag wakes somebody where, in the last five minutes, **all** of this holds: its share of requests is over the threshold; there are at ` +
      `least so many lines with it; there were at least ${MIN_REQUESTS} requests; and the share is over ${TIMES_BEFORE} times what it was in ` +
      'the hour before. The last is what makes it a spike: a steady background is known, and belongs on a dashboard.',
    table(
      ['Flag', 'Share of requests', 'At least', 'Measured against', 'Severity', 'Why this threshold', 'Who acts'],
      FLAG_WATCHES.map(watchRow),
    ),
    'Per destination: requests from one side (`direction`) to that destination. Per workload: all requests through the proxies of a ' +
      'workload, for flags of requests that never got as far as a destination; such lines name no cluster, so they have neither ' +
      'direction nor subset, and a rule that filters by these never sees them.',
    'Slow burning is watched apart: `IstioFlagBudgetBurn` adds all failures to a destination up against an error budget.',
    '## News, however few',
    `No alert, because few clusters ever see them; where one does, a single one in an hour is worth a look:`,
    `\`\`\`promql\nsum by (proxy_namespace, workload, flag) (increase(${FAMILIES.responseFlags.name}{flag=~"${anyFlags().join('|')}"}[1h])) > 0\n\`\`\``,
    unwatchedTable('any'),
    '## Worth a look where they grow',
    unwatchedTable('share'),
    '## Not watched: something works as it was told to',
    unwatchedTable('none'),
    '## Words that are easily confused',
    table(['Taken for', 'What it is'], CONFUSED),
  ]);
}

const BEFORE: readonly string[] = [
  'Flags are seen only where access logs are written, and Istio’s default is off. `meshladder_access_logging` and `IstioAccessLoggingOff` say where: silence there is no health.',
  'A flag is the view of one proxy. One request through two sidecars is two lines: the server’s sidecar may log `UC`, `RL` or a denial where the client’s logs `-` with `via_upstream` and the same status. Keep `direction` apart, and never add the two.',
  'A line may have several flags (`UF,URX`), and counts for each. Shares of several flags must not be added.',
  'Denials by ALLOW and DENY policies set no flag: watch `meshladder_authorization_denials_total`. `UAEX` is external authorization only.',
  'A proxy that does not hold current configuration (rung 2) makes `NR`, `NC` and `UH` that no route or pod is to blame for: look there first.',
];

/** Read by those who come with the wrong word; the entries of single flags say the rest. */
const CONFUSED: readonly (readonly [string, string])[] = [
  [
    '`RL` is “overflow”',
    '`RL` and `RLSE` are rate limiting: a policy, 429. Overflow of a connection pool or circuit breaker is `UO`, 503.',
  ],
  [
    '`UH` is “unhealthy”',
    '`UH` is no healthy host: all ejected or failing health checks, or **none at all**, as with a subset whose labels match no pod.',
  ],
  [
    '`NR` is “not found”',
    '`NR` is no route matched; the application was never asked. A 404 without a flag is the application’s own.',
  ],
  ['`NC` is `NR`', '`NC` had a route; it names a cluster that the proxy lacks, mostly a subset that nobody defined.'],
  [
    '`UAEX` is any 403',
    '`UAEX` is external authorization (CUSTOM). An RBAC denial has no flag: its rule stands in the response code details.',
  ],
  [
    '`UF` is `UC`',
    '`UF` never had a connection; `UC` had one and lost it before the answer; `UR` lost one stream of it.',
  ],
  ['`DC` is `UT`', '`DC`: the client waits no longer. `UT`: the proxy waits no longer, after a timeout that was set.'],
  ['`URX` is a cause', '`URX` says that retries were used up. The cause stands in the flag beside it.'],
];

function watchRow({ flag, share, lines, per, severity, why, who }: FlagWatch): readonly string[] {
  return [linked(flag), `> ${Number((share * 100).toFixed(1))} %`, `${lines} lines`, per, severity, why, who];
}

function unwatchedTable(look: UnwatchedFlag['look']): string {
  const rows = UNWATCHED_FLAGS.filter((each) => each.look === look);
  return table(
    ['Flag', 'Why so', 'Who acts'],
    rows.map(({ flag, why, who }) => [linked(flag), why, who]),
  );
}

function anyFlags(): readonly string[] {
  return UNWATCHED_FLAGS.filter(({ look }) => look === 'any').map(({ flag }) => flag);
}

function linked(flag: string): string {
  const longName = findResponseFlag(flag)?.longName ?? '';
  return `[${codes([flag])}](response-flags.md#${flag.toLowerCase()}) ${longName}`;
}
