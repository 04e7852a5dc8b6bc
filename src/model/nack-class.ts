/** Why a proxy rejects configuration, in few enough words for a label. */
export const NACK_REASONS = [
  'duplicate_listener_or_filter_chain',
  'address_in_use',
  'file_access',
  'unknown_filter_or_type',
  'unknown_cluster',
  'wasm',
  'lua',
  'certificate',
  'protobuf_validation',
  'invalid_regex',
  'invalid_route',
  'internal',
  'other',
] as const;
export type NackReason = (typeof NACK_REASONS)[number];

/**
 * Envoy's own words, from its sources; the first that is found decides. Names of an operator's objects stand in these
 * texts too, so each pattern takes words that Envoy puts together, not single ones.
 */
const PATTERNS: readonly (readonly [NackReason, RegExp])[] = [
  [
    'unknown_filter_or_type',
    /didn't find a registered implementation|could not find @type|unable to find type|no registered (?:factory|implementation)|unknown (?:filter|extension|type url)|invalid type url/i,
  ],
  ['unknown_cluster', /unknown (?:weighted |shadow |mirror )?cluster|cluster (?:info )?not found|unknown cluster/i],
  [
    'duplicate_listener_or_filter_chain',
    /duplicate (?:listener|address|filter chain|cluster|resource)|multiple filter chains with|filter chains? with (?:the )?(?:same|overlapping) matching|has duplicate address|same (?:address|matching rules)/i,
  ],
  ['address_in_use', /address already in use|cannot bind|cannot listen/i],
  [
    'file_access',
    /unable to open file|unable to read file|no such file or directory|file .* does not exist|invalid path|permission denied/i,
  ],
  ['wasm', /\bwasm\b/i],
  ['lua', /script load error|\blua (?:script|filter|code)\b/i],
  [
    'invalid_regex',
    /invalid regex|regex .*(?:too complex|program size)|regexp?:|no argument for repetition operator|missing \]/i,
  ],
  [
    'certificate',
    /certificate|cert chain|private key|trusted ca|\bPEM\b|tls context|failed to load .*(?:key|ca)\b|pkcs|ocsp/i,
  ],
  [
    'protobuf_validation',
    /proto constraint validation failed|validation ?error|embedded message failed validation|value (?:must|length must|does not match)|unknown fields?\b|no such field|unable to (?:parse|unpack)|cannot find field|INVALID_ARGUMENT/i,
  ],
  [
    'invalid_route',
    /only (?:a single wildcard|unique values for) domains?|virtual ?hosts?\b.*(?:duplicate|unique)|duplicate (?:domain|entry|virtual host)|invalid (?:route|hostname|path|prefix)|\broute\b.*(?:invalid|must)|route specifier|weighted clusters?|redirect .*(?:invalid|must)/i,
  ],
  ['internal', /\binternal\b|exception|assert|bad_alloc|unexpected state/i],
];

/** Enough to find the reason in; the rest of a long text only repeats it for other listeners. */
const READ_CHARACTERS = 2_000;

/** @param error a proxy's own words for a rejection, as istiod tells them */
export function nackReason(error: string): NackReason {
  const text = error.slice(0, READ_CHARACTERS);
  for (const [reason, pattern] of PATTERNS) if (pattern.test(text)) return reason;
  return 'other';
}
