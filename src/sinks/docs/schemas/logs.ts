import type { AccessLineDocument, DecodedDocument, FlagDocument, ProxyLogLineDocument } from '../../report/decoded.ts';
import type { FlagCounts, FlagSeries } from '../../report/flag-counts.ts';
import { either, integer, list, object, optional, record, type Schema, text, word, yesNo } from './schema.ts';

const direction = word(['inbound', 'outbound', 'unknown']);
const code = integer('0 for TCP, and where no answer was sent.');

export const flags: Schema<FlagCounts> = object<FlagCounts>({
  lines: object<FlagCounts['lines']>({
    access: integer(),
    proxy_log: integer("Of the proxy's own log."),
    unparsed: integer(),
    other: integer(),
    dropped: optional(integer('Longer than any line; only where there were any.')),
  }),
  flags: record(integer(), 'Each flag of a line counts, so that `URX,UF` is in both.'),
  series: list(
    object<FlagSeries>({
      direction: text(),
      destination: text('`__unknown__` where no configuration names it.'),
      subset: text(),
      route: text(),
      response_code: code,
      flags: list(text(), 'Sorted; empty for `-`.'),
      count: integer(),
    }),
    'Most lines first.',
  ),
});

const accessLine: Schema<AccessLineDocument> = object<AccessLineDocument>({
  kind: { json: { const: 'access' } },
  direction,
  destination: text(),
  subset: text(),
  route: text(),
  response_code: code,
  flags: list(text()),
  details: text(),
  denial: optional(
    object<NonNullable<AccessLineDocument['denial']>>({ policy_namespace: text(), policy: text(), rule: text() }),
  ),
});

const proxyLogLine: Schema<ProxyLogLineDocument> = object<ProxyLogLineDocument>({
  kind: { json: { const: 'proxy_log' } },
  level: text(),
  xds_failure: optional(text()),
});

export const decode: Schema<DecodedDocument> = object<DecodedDocument>({
  lines: list(either(accessLine, proxyLogLine)),
  flags: list(
    object<FlagDocument>({
      flag: text(),
      long_name: text(),
      failure: yesNo(),
      seen: text('What the caller saw.'),
      meaning: text(),
      check_first: list(text(), 'In this order.'),
      not_to_be_confused: optional(text()),
    }),
  ),
  details: list(object<DecodedDocument['details'][number]>({ detail: text(), meaning: text() })),
  unknown: list(text(), 'Words that are neither a flag nor a detail.'),
});
