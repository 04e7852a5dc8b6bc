import { FLAG_GROUPS, RESPONSE_FLAGS } from '../../model/response-flag.ts';
import type { ResponseFlag } from '../../model/response-flags/entry.ts';
import { codes, type GeneratedPage, page, table } from './document.ts';

/** Every response flag: what it means, and what to check first. */
export function responseFlagsPage(): GeneratedPage {
  const harmless = RESPONSE_FLAGS.filter(({ failure }) => !failure).map(({ name }) => name);
  return page('docs/response-flags.md', 'Response flags', [
    'What the flags in the access log of a sidecar or gateway mean, and what to check first. `meshladder decode UF,URX` says the same in a terminal.',
    'A flag is the view of one proxy. One request through two sidecars is two lines: the server’s own proxy may log `UC`, `RL` or a denial where ' +
      'the client’s logs `-` with `via_upstream` and the same status. Keep `direction` apart, and never add the two.',
    'A denial by AuthorizationPolicy sets **no** flag: it is a 403 with `rbac_access_denied_matched_policy[…]` in the response code details ' +
      '(over TCP in the connection termination details). A flag that is not in this table counts as `other`.',
    `Not a failure, so not in \`meshladder_flagged_requests_total\`: ${codes(harmless)}.`,
    ...FLAG_GROUPS.flatMap(({ title, flags }) => [
      `## ${title}`,
      table(
        ['Flag', 'Long name', 'Seen as'],
        flags.map(({ name, longName, seen }) => [`[\`${name}\`](#${name.toLowerCase()})`, longName, seen]),
      ),
      ...flags.flatMap(flagParts),
    ]),
  ]);
}

function flagParts({ name, meaning, checks, confusion }: ResponseFlag): readonly string[] {
  return [
    `### ${name}`,
    meaning,
    checks.map((check, nth) => `${nth + 1}. ${check}`).join('\n'),
    ...(confusion === undefined ? [] : [`Mind: ${confusion}`]),
  ];
}
