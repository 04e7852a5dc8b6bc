import type { AlertSpec } from '../../src/rungs/alert.ts';
import type { NamedRuleGroup } from '../../src/sinks/alerts/rule-files.ts';

/**
 * What a case proves of the alerts that it asks for, by the first words of its name: `fires, restart: a text`.
 * - `fires`: it fires, at one time at least.
 * - `restart`: the exporter is away for a scrape or longer and comes back; it neither ends what fires nor begins it.
 * - the others: something happens that is no trouble, and it never fires.
 */
const KINDS = ['fires', 'restart', 'quiet', 'rollout', 'push', 'missed scrape', 'low traffic'] as const;
export type Kind = (typeof KINDS)[number];

export function isKind(word: string): word is Kind {
  return (KINDS as readonly string[]).includes(word);
}

/** Families that move with every push of istiod. */
const OF_PUSHES =
  /meshladder_(?:proxy_(?:unacked_since|out_of_sync_since|missing|rejected|state_changes)|expected_proxies\b)/;
/** Counters of what goes through proxies. */
const OF_TRAFFIC =
  /meshladder_(?:requests|flagged_requests|response_flags|authorization_denials|requests_to_gone_endpoints|access_log_lines)_total|istio_requests_total/;

/** What cannot happen to an alert, and why not; each other kind that its shape asks for must be there. */
export const CANNOT: Readonly<Record<string, Partial<Record<Kind, string>>>> = {
  MeshladderDown: { rollout: 'A rollout of the exporter is its restart; it knows of no other pods.' },
  MeshladderSourceStale: { rollout: 'It asks whether the exporter is answered, whatever the answer is.' },
  MeshladderUnparsedLogs: { rollout: 'It asks for the format of lines, which is the same in every pod of the mesh.' },
  MeshladderWebConfigRejected: { rollout: 'It asks for a file of the exporter, whatever pods there are.' },
  MeshladderSeriesCapped: {
    rollout: 'Series of pods that are gone are dropped; what is over the limit in spite of that is what it tells.',
  },
};

/** The kinds that an alert must have cases of, from what it reads. */
export function kindsAsked(alert: AlertSpec, group: NamedRuleGroup): readonly Kind[] {
  const reads = expressionsOf(alert, group).join('\n');
  const asked: Kind[] = ['fires', 'restart', 'missed scrape', 'rollout'];
  if (OF_PUSHES.test(reads)) asked.push('push');
  if (OF_TRAFFIC.test(reads)) asked.push('low traffic');
  return asked.filter((kind) => CANNOT[alert.name]?.[kind] === undefined);
}

/** Of what says whether there is data at all, no case proves anything. */
const OF_GATES: ReadonlySet<string> = new Set(['meshladder_source_up', 'meshladder_build_info']);

/** The metrics that an alert is about: not those that only gate it, nor recordings. */
export function metricsOf(alert: AlertSpec, group: NamedRuleGroup): ReadonlySet<string> {
  const words = expressionsOf(alert, group).flatMap((expr) => expr.match(/(?<![\w:"])[a-z_]+(?![\w:"(])/g) ?? []);
  return new Set(words.filter((word) => /^(?:meshladder_|istio_|up$)/.test(word) && !OF_GATES.has(word)));
}

/** Its own expression, and those of the recordings that it reads, at any remove. */
function expressionsOf(alert: AlertSpec, { rules }: NamedRuleGroup): readonly string[] {
  const values = Object.fromEntries(Object.entries(alert.thresholds).map(([name, { value }]) => [name, value]));
  const found = new Set([alert.expr(values)]);
  for (const expr of found) {
    for (const recording of rules.recordings) if (expr.includes(recording.record)) found.add(recording.expr);
  }
  return [...found];
}
