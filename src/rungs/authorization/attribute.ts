import type { DescribedRequest, RequestField } from '../../model/described-request.ts';
import type { Outcome } from './outcome.ts';
import type { PathNormalization } from './path-pattern.ts';

/** What of the mesh decides how a policy is read. */
export interface AuthorizationMesh {
  /** The mesh's own trust domain, then its aliases. */
  readonly trustDomains: readonly string[];
  readonly pathNormalization: PathNormalization;
  /** Extension providers that can authorize, and whether also TCP; absent where the mesh configuration is not known. */
  readonly authorizers?: ReadonlyMap<string, { readonly tcp: boolean }>;
}

export const DEFAULT_MESH: AuthorizationMesh = Object.freeze({
  trustDomains: Object.freeze(['cluster.local']),
  pathNormalization: 'BASE',
});

/** Whether a request has a value that one value of a policy means. */
export type RequestTest = (request: DescribedRequest) => Outcome;

/** What values are read in. */
export interface ValueContext {
  readonly mesh: AuthorizationMesh;
  readonly policyNamespace: string;
}

/** One thing that policies look at. */
export interface Attribute {
  /** As a person would call it, with its article or number, such as `the path`. */
  readonly label: string;
  /** TCP has no such thing. */
  readonly httpOnly: boolean;
  readonly need: RequestField;
  /** One value of a policy. @returns why Istio cannot use it */
  test(value: string, context: ValueContext): RequestTest | { readonly problem: string };
  /** What the request has, in quotes; undefined where that is not known, null where it has none. */
  shown(request: DescribedRequest): string | null | undefined;
}

/** A test of one text of the request; without the text nothing matches. */
export function onText<T>(
  read: (request: DescribedRequest) => T | null | undefined,
  test: (value: T) => boolean | undefined,
): RequestTest {
  return (request) => {
    const value = read(request);
    if (value === undefined) return 'unknown';
    if (value === null) return 'no';
    const matches = test(value);
    return matches === undefined ? 'unknown' : matches ? 'yes' : 'no';
  };
}
