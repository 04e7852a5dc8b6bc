import type { BundleDocument, BundleLadderDocument } from '../../report/bundle-head.ts';
import type { AboutDocument, LadderDocument, NamespaceDocument, RungDocument } from '../../report/ladder-json.ts';
import { finding } from './analysis.ts';
import { integer, list, nullable, object, optional, type Schema, text, time, word, yesNo } from './schema.ts';

const verdict = word(['ok', 'finding', 'unknown'], 'Programs go by this.');

const rung: Schema<RungDocument> = object<RungDocument>({
  id: text('The name of the rung; never changes.'),
  number: integer('0 is the lowest.'),
  question: text(),
  verdict,
  summary: text('One sentence. Words may change.'),
  evidence: list(text()),
  next: nullable(text('A command to copy.')),
  off: optional(yesNo('Unknown because what would tell it is switched off.')),
});

const namespace: Schema<NamespaceDocument> = object<NamespaceDocument>({
  namespace: text(),
  verdict,
  headline: text('The story in one line; empty where there is none.'),
  rungs: list(rung),
});

const about: Schema<AboutDocument> = object<AboutDocument>({
  namespace: text(),
  pod: nullable(text('Null for all of the namespace.')),
  of: optional(
    object<NonNullable<AboutDocument['of']>>({
      workload: text('What was asked for: the pod is the worst of those it runs.'),
      pods: integer('How many it runs.'),
    }),
  ),
});

const fields = {
  at: time('What all of it is true of.'),
  about: nullable(about),
  verdict,
  headline: nullable(text('Of a pod or a namespace; null for the whole mesh.')),
  rungs: list(rung, 'Lowest first.'),
  namespaces: nullable(list(namespace, 'Worst first; null but for the whole mesh.')),
};

export const ladder: Schema<LadderDocument> = object<LadderDocument>(fields);

const bundleHead: Schema<BundleDocument> = object<BundleDocument>({
  madeAt: time('All ages are counted to it.'),
  istioctlVersion: nullable(text()),
  contents: object<BundleDocument['contents']>({
    objects: integer(),
    istiods: integer('Answers of istiods to /debug/syncz.'),
    proxies: integer('Rows in them.'),
    proxyLogs: integer(),
    accessLines: integer(),
    unparsedLines: integer(),
    configDumps: integer(),
  }),
  analysis: nullable(list(finding, 'What `istioctl analyze` found then; null where it is not in the bundle.')),
  missing: list(
    object<BundleDocument['missing'][number]>({ what: text(), consequence: text('What cannot be told without it.') }),
  ),
  unreadable: list(
    object<BundleDocument['unreadable'][number]>({
      entry: text('Empty for the bundle as a whole.'),
      problem: text(),
    }),
  ),
});

export const bundle: Schema<BundleLadderDocument> = object<BundleLadderDocument>({ ...fields, bundle: bundleHead });
