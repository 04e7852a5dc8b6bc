import { detailMeaning } from '../../model/response-detail.ts';
import { findResponseFlag } from '../../model/response-flag.ts';
import type { ResponseFlag } from '../../model/response-flags/entry.ts';
import type { RequestShape } from '../../model/traffic.ts';

/** What was to be explained. */
export interface Decoded {
  readonly lines: readonly DecodedRequest[];
  /** Each flag once, in the order in which they came up. */
  readonly flags: readonly ResponseFlag[];
  /** Words of response_code_details, each once. */
  readonly details: readonly string[];
}

/** A line of the proxy: a request, or one of its own log. */
export type DecodedRequest =
  | { readonly kind: 'access'; readonly shape: RequestShape }
  | { readonly kind: 'proxy_log'; readonly level: string; readonly xdsFailure?: string };

/** Gathers what lines and words are about; words in neither table are left to the caller. */
export function decoded(lines: readonly DecodedRequest[], words: readonly string[]): Decoded {
  const ofLines = lines.flatMap((line) => (line.kind === 'access' ? line.shape.flags : []));
  const flags = [...ofLines, ...words].map(findResponseFlag).filter((flag) => flag !== undefined);
  const details = words.filter((word) => findResponseFlag(word) === undefined && detailMeaning(word) !== undefined);
  return { lines, flags: [...new Set(flags)], details: [...new Set(details)] };
}

/** As `meshladder decode -o json` prints it. */
export interface DecodedDocument {
  readonly lines: readonly (AccessLineDocument | ProxyLogLineDocument)[];
  readonly flags: readonly FlagDocument[];
  readonly details: readonly { readonly detail: string; readonly meaning: string }[];
  /** Words that are neither a flag nor a detail. */
  readonly unknown: readonly string[];
}

export interface ProxyLogLineDocument {
  readonly kind: 'proxy_log';
  readonly level: string;
  /** Why the stream to istiod failed, where the line says that it did. */
  readonly xds_failure?: string;
}

export interface AccessLineDocument {
  readonly kind: 'access';
  readonly direction: RequestShape['direction'];
  readonly destination: string;
  readonly subset: string;
  readonly route: string;
  readonly response_code: number;
  readonly flags: readonly string[];
  readonly details: string;
  /** The rule that denied it, where one did. */
  readonly denial?: { readonly policy_namespace: string; readonly policy: string; readonly rule: string };
}

export interface FlagDocument {
  readonly flag: string;
  readonly long_name: string;
  readonly failure: boolean;
  readonly seen: string;
  readonly meaning: string;
  readonly check_first: readonly string[];
  readonly not_to_be_confused?: string;
}

export function decodedJson({ lines, flags, details }: Decoded, unknown: readonly string[]): DecodedDocument {
  return {
    lines: lines.map(lineJson),
    flags: flags.map(flagJson),
    details: details.map((detail) => ({ detail, meaning: detailMeaning(detail) ?? '' })),
    unknown,
  };
}

function lineJson(line: DecodedRequest): AccessLineDocument | ProxyLogLineDocument {
  if (line.kind === 'proxy_log')
    return {
      kind: 'proxy_log',
      level: line.level,
      ...(line.xdsFailure !== undefined && { xds_failure: line.xdsFailure }),
    };
  const { direction, destination, subset, route, responseCode, flags, details, denial } = line.shape;
  return {
    kind: 'access',
    direction,
    destination,
    subset,
    route,
    response_code: responseCode,
    flags,
    details,
    ...(denial !== undefined && {
      denial: { policy_namespace: denial.policyNamespace, policy: denial.policy, rule: denial.rule },
    }),
  };
}

function flagJson({ name, longName, failure, seen, meaning, checks, confusion }: ResponseFlag): FlagDocument {
  return {
    flag: name,
    long_name: longName,
    failure,
    seen,
    meaning,
    check_first: checks,
    ...(confusion !== undefined && { not_to_be_confused: confusion }),
  };
}
