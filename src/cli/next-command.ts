import type { LadderDocument, RungDocument } from '../sinks/report/ladder-json.ts';
import type { CheckOptions } from './check-options.ts';
import type { IstiodAccessOptions } from './istiod-access.ts';

/** Commands of ours that ask a running exporter as well. */
const ASK_EXPORTER = /^meshladder (status|check|analyze)\b/;
/** Commands that ask a cluster. */
const ASK_CLUSTER = /^(kubectl|meshladder (status|check|analyze|diff|compare|config|trace|authz))\b/;
/** Those among them that ask istiods, and so need what istiods ask for. */
const ASK_ISTIODS = /^meshladder (status|check|diff)\b/;
const PLAIN = /^[\w@%+=:,./-]+$/;

/** The same document, its commands to copy reaching the same exporter or cluster as this look did. */
export function reachingTheSame(document: LadderDocument, options: CheckOptions): LadderDocument {
  return withCommands(document, (command) => withOrigin(command, options));
}

/**
 * The same document, its commands of ours asking the bundle that was looked into. What it cannot answer is left out: asked
 * live, a cluster may be another one, and is of another time. Those of kubectl stay: they say what to look for.
 */
export function reachingBundle(document: LadderDocument, bundle: string): LadderDocument {
  return withCommands(document, (command) => atBundle(command, quoted(bundle)));
}

/** What a bundle holds of what our commands ask for, by their first words. */
const AT_BUNDLE: readonly (readonly [asks: RegExp, bundled: (rest: string, bundle: string) => string])[] = [
  [
    /^meshladder status(?: -n (\S+))?(?: -o wide)?$/,
    (namespace, bundle) => `meshladder bundle ${bundle} --status${namespace && ` -n ${namespace}`}`,
  ],
  [/^meshladder check (\S+)$/, (pod, bundle) => `meshladder bundle ${bundle} ${pod}`],
  [/^meshladder (compare \S+ \S+)$/, (asked, bundle) => `meshladder ${asked} --bundle ${bundle}`],
  [/^meshladder (config log \S+)$/, (asked, bundle) => `meshladder ${asked} --bundle ${bundle}`],
];
const OFFLINE = /^meshladder (decode|explain)\b/;

function atBundle(command: string, bundle: string): string | null {
  if (!command.startsWith('meshladder ') || OFFLINE.test(command)) return command;
  for (const [asks, bundled] of AT_BUNDLE) {
    const [whole, rest = ''] = asks.exec(command) ?? [];
    if (whole !== undefined) return bundled(rest, bundle);
  }
  return null;
}

function withCommands(document: LadderDocument, reach: (command: string) => string | null): LadderDocument {
  const rungs = (all: readonly RungDocument[]): readonly RungDocument[] =>
    all.map((rung) => (rung.next === null ? rung : { ...rung, next: reach(rung.next) }));
  const { namespaces } = document;
  return {
    ...document,
    rungs: rungs(document.rungs),
    namespaces: namespaces?.map((each) => ({ ...each, rungs: rungs(each.rungs) })) ?? null,
  };
}

function withOrigin(command: string, { server, httpConfigFile, origin, access }: CheckOptions): string {
  if (server !== undefined) {
    const login = httpConfigFile === undefined ? '' : ` --http.config.file ${quoted(httpConfigFile)}`;
    return ASK_EXPORTER.test(command) ? `${command} --server ${quoted(server)}${login}` : command;
  }
  if (!ASK_CLUSTER.test(command)) return command;
  const { kubeconfig, context } = origin;
  const flags = [
    kubeconfig === undefined ? '' : ` --kubeconfig ${quoted(kubeconfig)}`,
    context === undefined ? '' : ` --context ${quoted(context)}`,
    ...(ASK_ISTIODS.test(command) ? accessFlags(access) : []),
  ];
  // Of a pipe, what asks stands first.
  const [asking = '', ...rest] = command.split(' | ');
  return [asking + flags.join(''), ...rest].join(' | ');
}

function accessFlags({ wish, caFile, tokenFile, requestToken }: IstiodAccessOptions): readonly string[] {
  const given = [
    ['access', wish === 'auto' ? undefined : wish],
    ['ca-file', caFile],
    ['token-file', tokenFile],
    ['request-token', requestToken],
  ] as const;
  return given.map(([name, value]) => (value === undefined ? '' : ` --${name} ${quoted(value)}`));
}

function quoted(word: string): string {
  return PLAIN.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
