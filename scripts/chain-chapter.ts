import { CAUSES } from '../src/rungs/routes/causes/causes.ts';
import { MIN_REQUESTS } from '../src/rungs/routes/share-test.ts';
import { table } from '../src/sinks/docs/document.ts';

const LINKS = [
  [
    'declared',
    'the VirtualService or HTTPRoute',
    'it cannot be read, or routes of one name disagree',
    'a cause below makes it certain that it cannot work',
  ],
  [
    "in istiod's configuration",
    'an Envoy that holds it (it came from istiod); a look that compared an Envoy with istiod; an Envoy that is SYNCED and holds something else; callers that acknowledged routes sent after the last change',
    'no Envoy was looked into since the last change, and no push is known to have followed it',
    'istiod would send what the Envoy holds, and that is something else',
  ],
  [
    'in Envoy',
    'looks into the Envoys of those who call; where nobody calls, of those that hold the route',
    'nobody looked since the split was declared as it is, or a push came after the look',
    'an Envoy holds other shares, or no such route',
  ],
  [
    'seen in traffic',
    'access logs, by the test above',
    'no logs, filtered logs, too few requests, or another object divides the same route',
    'the test says that the share is off',
  ],
] as const;

/** How rung 3 finds the first broken link of a split, and the causes that it names. */
export function chainChapter(): string {
  const causes = CAUSES.map(({ id, what, sign, mend }, nth) => [`${nth + 1}`, `\`${id}\``, what, sign, mend]);
  return `## From what is declared to what is seen

A split is followed link by link, and the first link that is broken is named, with what that rests on and the command to run
next:

    VirtualService payment-svc: declared 10 % v2 · Envoy of checkout holds 0 % · traffic 0 of 1,204

${table(['link', 'known from', 'unknown where', 'broken where'], LINKS)}

A link that nobody looked at is unknown. It breaks nothing, and a later link that is broken is then called the first that is
_known_ to be broken. A caller whose proxy does not hold what istiod sends (rungs 1 and 2) accuses no route: the verdict is
unknown until that is mended.

\`meshladder_route_weight_loaded_ratio\` is what Envoys hold, by workload. Where replicas of a workload that were looked into
hold different shares of a route, no number is true of the workload, and there is none; rung 3 says which replica differs.

## Why a VirtualService has no effect

Causes are looked for in this order, in the objects of the cluster. They are told where a share is off, or where none can be
seen although a share is declared. By themselves they make a finding only where the rule cannot work for anybody (a subset
that nobody defines); the others need at least ${MIN_REQUESTS} requests in five minutes that went past the rule while none took it.
Where no share is off and each gets requests, the rule works and no cause is told. What cannot be read is said to be unknown.

${table(['', 'cause', 'what it is', 'told by', 'mended by'], causes)}

Not looked for: what an EnvoyFilter changes, retries and session affinity that send requests back to one subset, and
Sidecars by which workloads of one name differ. Where proxies of other clusters are connected, or \`kubernetes.namespaces\` lets only
some namespaces be watched, what is not seen may be there: it is named, and makes no finding by itself.
`;
}
