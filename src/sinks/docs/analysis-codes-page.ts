import { ANALYZERS } from '../../rungs/analysis/analyzers.ts';
import type { CodeEntry } from '../../rungs/analysis/code-entry.ts';
import { CODES } from '../../rungs/analysis/codes.ts';
import type { Need } from '../../rungs/analysis/needs.ts';
import { type GeneratedPage, page, table } from './document.ts';

/** What only `meshladder analyze` reads, and the exporter never does. */
const NOT_LIVE: readonly Need[] = ['secrets', 'nodes', 'injectorValues', 'resourceDefinitions'];

/** Every code of analysis, what it takes to know it, and how it differs from istioctl. */
export function analysisCodesPage(): GeneratedPage {
  const codes = Object.entries<CodeEntry>(CODES);
  return page('docs/analysis-codes.md', 'Analysis codes', [
    'What `meshladder analyze` and `meshladder_analysis_finding` report. Codes and levels that begin with `IST` are those of `istioctl analyze` 1.30, so that what is known of them holds; `ML` codes are our own, for what istioctl does not report. A number is never used for anything else.',
    'A code is **unknown**, which is not the same as not found, while something it hangs on cannot be read; `meshladder analyze` says which and why. Codes marked *command only* hang on objects that the exporter does not read: it never tells them. Those marked *in part* it tells as far as the rest goes. `meshladder analyze` reads Nodes and the injector’s ConfigMaps besides, Secrets with `--secrets`, and CustomResourceDefinitions in files alone.',
    '## istioctl’s codes',
    codesTable(codes.filter(([code]) => code.startsWith('IST'))),
    '## Our own codes',
    codesTable(codes.filter(([code]) => code.startsWith('ML'))),
    '## Files as a world',
    'Given files, what they do not hold does not exist: a gateway’s Secret that is not among them is missing. There is one exception, as with `istioctl analyze --use-kube=false`: files without a single Namespace, Service, Pod, Node or Secret are configuration by itself, and what hangs on those kinds is unknown. An object without a namespace is in that of `-n`, or in `default`; one without a time of creation is younger than any other; of two with the same name the later counts, and a note says so. Kinds that nobody looks at are counted in a note.',
    '## In the exporter',
    'The exporter analyses what it follows whenever something of it has changed, at most every `analysis.interval`, in small pieces beside its other work: a scrape only reads what was found. It begins once every list was heard of, or after a minute without the silent ones. Where `kubernetes.namespaces` confines it, what says that something is missing is not told, unless only the object’s own namespace counts: it may be in one that is not watched. Each code of an object is one series, with since when; `meshladder_analysis_code_unknown` names what could not be looked for, and `/api/v1/findings` why, with the words of each finding.',
    '## Suppressions',
    '`--suppress IST0102` and `--suppress IST0101=VirtualService/shop/*`, by kind, namespace and name, where `*` stands for anything; objects of the whole cluster are `Namespace/legacy`. An object can also say it itself, as for istioctl: the annotation `galley.istio.io/analyze-suppress` holds codes between commas, or `*`. For the exporter, `analysis.suppress` takes the same as `--suppress`; what it leaves out is counted in `/api/v1/findings`.',
    '## What others found',
    '`meshladder analyze --import FILE` adds what `istioctl analyze -o json` wrote; what both say of an object is said once. What istiod’s own analysis (`PILOT_ENABLE_ANALYSIS`) wrote into `status.validationMessages` counts for codes that were not looked for here: of the others, what is seen now is newer than what istiod wrote then. That goes for the exporter as for the command. `meshladder bundle` shows what the bug report’s own `istioctl analyze` said.',
    '## What is not looked for',
    table(['Codes', 'Why'], NOT_LOOKED_FOR),
    '## Where it differs from istioctl',
    table(['What', 'istioctl 1.30', 'meshladder', 'Why'], DIFFERENCES),
    '## As istioctl does, though it may look like a false alarm',
    'What a code means is istioctl’s to say, so these are told (or passed over) as it does. `--suppress`, `analysis.suppress` and the annotation silence them.',
    table(['What', 'Why it may surprise'], AS_ISTIOCTL),
  ]);
}

function codesTable(codes: readonly (readonly [string, CodeEntry])[]): string {
  const rows = codes.map(([code, { level, title, help }]) => [`\`${code}\``, level, title, help, liveness(code)]);
  return table(['Code', 'Level', 'What', 'Looked at', 'Exporter'], rows);
}

function liveness(code: string): string {
  const analyzers = ANALYZERS.filter(({ codes }) => (codes as readonly string[]).includes(code));
  const blind = analyzers.filter(({ needs }) => needs.some((need) => NOT_LIVE.includes(need)));
  if (blind.length === 0) return 'yes';
  return blind.length === analyzers.length ? 'command only' : 'in part';
}

const NOT_LOOKED_FOR: readonly (readonly string[])[] = [
  ['IST0001', 'An error inside istioctl itself.'],
  ['IST0136, IST0143', 'istioctl has the messages, and no analyzer of 1.30 gives them.'],
  [
    'IST0141, IST0142, IST0156, IST0168, IST0169, IST0172',
    'Permissions, versions and upgrades: `istioctl x precheck`, before an installation.',
  ],
  [
    'IST0163, IST0164',
    'Addresses of an external control plane in webhooks: only those of injectors in the cluster are read.',
  ],
  ['IST0170', 'Services that differ between clusters: one exporter watches one cluster.'],
  ['IST0176', 'The version of the Gateway API’s definitions, which are not read.'],
  ['IST0177', 'Given by later versions than 1.30.'],
];

const DIFFERENCES: readonly (readonly string[])[] = [
  [
    'Validation (IST0106, IST0133)',
    'Everything Istio’s webhook refuses',
    'The same rules for the fields that people set; not whether Envoy’s protobufs take an EnvoyFilter patch, not CEL expressions, not `proxy.istio.io/config`, not the mesh configuration',
    'These need Envoy’s and Istio’s own schemas. What is refused here is refused there.',
  ],
  [
    'Regular expressions',
    'Compiled by RE2',
    'Read for brackets, repetitions and what RE2 lacks',
    'There is no RE2 here. What is found wrong is wrong; a few wrong ones are passed over.',
  ],
  [
    'IST0145',
    'Depends on the order in which gateways come, since hosts of one are put down as another’s',
    'Does not',
    'The same objects should always give the same answer.',
  ],
  [
    'IST0138',
    'Named beside codes that need Secrets',
    'Told by the exporter too',
    'It compares names in Gateways, and looks into no Secret.',
  ],
  [
    'IST0102 or IST0148',
    'By the injector’s values',
    'The exporter, which does not read those, says IST0102',
    'Injection by default is rare; `meshladder analyze` tells them apart.',
  ],
  [
    'IST0171',
    'Read from the status of live objects',
    'The same; a status in a file counts as well',
    'The recorded case `ist0171` has none in its file: it was written into the cluster afterwards.',
  ],
  [
    'Cluster domain',
    '`cluster.local`',
    '`cluster.local`',
    'The same on purpose: with another domain both take the FQDN of a service for the name of somebody else.',
  ],
  ['Revisions', '`--revision` picks objects by `istio.io/rev`', 'All objects', 'One exporter watches the whole mesh.'],
  [
    'PeerAuthentication against the mesh’s default',
    'Not reported',
    '`ML0001`, `ML0002`',
    'One that is stricter than the default is what it is for, and nothing is said. One that is weaker opens what somebody had closed.',
  ],
  ['ServiceEntry with the host of a service', 'Not reported', '`ML0003`', 'Clients that see both get one of them.'],
];

const AS_ISTIOCTL: readonly (readonly string[])[] = [
  [
    '`IST0160`: a Telemetry with `targetRefs` and no selector counts as one for its whole namespace',
    'It is for what it names alone, and takes nothing from the one for the namespace.',
  ],
  [
    '`IST0162`: ports of a Service without a selector count for every pod of its namespace',
    'Such a Service leads to endpoints that somebody else keeps, so that a port that is on no Service of the gateway may be passed over.',
  ],
];
