import { randomBytes } from 'node:crypto';
import type { User } from '../kube/access.ts';

/** Tokens of the demo: made for one run, good for nothing elsewhere. */
export interface MeshTokens {
  /** For the API server. */
  readonly kube: string;
  /** For istiod: the projected token as it is now. */
  istiod(): string;
  /** Makes a new token for istiod; the one before stays good until the next time, as tokens overlap in a cluster. */
  rotate(): string;
  /** What a token is good for at an istiod. */
  rights(token: string): 'granted' | 'other_namespace' | undefined;
  readonly users: ReadonlyMap<string, User>;
}

/** Everything that the exporter may read, and nothing else, as its ClusterRole would say. */
const READABLE = new Set(['get', 'list', 'watch']);

export function createTokens(): MeshTokens {
  const kube = newToken();
  let current = newToken();
  let before: string | undefined;
  const exporter: User = {
    name: 'system:serviceaccount:istio-system:meshladder',
    may: ({ verb, plural, subresource }) => {
      if (plural === 'leases' || subresource === 'portforward') return true;
      return READABLE.has(verb) && plural !== 'secrets';
    },
  };
  return {
    kube,
    istiod: () => current,
    rotate() {
      before = current;
      current = newToken();
      return current;
    },
    rights(token) {
      if (token === current || token === before) return 'granted';
      // A token for the API server is none for istiod: it lacks the audience.
      return undefined;
    },
    users: new Map([[kube, exporter]]),
  };
}

function newToken(): string {
  return `demo-${randomBytes(24).toString('base64url')}`;
}
