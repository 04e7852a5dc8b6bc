import type { LadderDocument, RungDocument } from '../sinks/report/ladder-json.ts';
import type { CheckOptions } from './check-options.ts';

/** Commands of ours that ask a running exporter as well. */
const ASK_EXPORTER = /^meshladder (status|check|analyze)\b/;
/** Commands that ask a cluster. */
const ASK_CLUSTER = /^(kubectl|meshladder (status|check|analyze|diff|compare|config|trace|authz))\b/;
const PLAIN = /^[\w@%+=:,./-]+$/;

/** The same document, its commands to copy reaching the same exporter or cluster as this look did. */
export function reachingTheSame(document: LadderDocument, options: CheckOptions): LadderDocument {
  const rungs = (all: readonly RungDocument[]): readonly RungDocument[] =>
    all.map((rung) => (rung.next === null ? rung : { ...rung, next: withOrigin(rung.next, options) }));
  const { namespaces } = document;
  return {
    ...document,
    rungs: rungs(document.rungs),
    namespaces: namespaces?.map((each) => ({ ...each, rungs: rungs(each.rungs) })) ?? null,
  };
}

function withOrigin(command: string, { server, origin }: CheckOptions): string {
  if (server !== undefined) return ASK_EXPORTER.test(command) ? `${command} --server ${quoted(server)}` : command;
  if (!ASK_CLUSTER.test(command)) return command;
  const { kubeconfig, context } = origin;
  const flags = [
    kubeconfig === undefined ? '' : ` --kubeconfig ${quoted(kubeconfig)}`,
    context === undefined ? '' : ` --context ${quoted(context)}`,
  ];
  return command + flags.join('');
}

function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
