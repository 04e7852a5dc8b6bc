import { createHmac, randomBytes } from 'node:crypto';
import { createClientShares } from './client-shares.ts';
import type { PasswordComparer } from './password-comparer.ts';

/** `busy`: too many passwords wait to be compared; ask again later. */
export type PasswordVerdict = 'right' | 'wrong' | 'busy';

export interface BasicAuth {
  /** @param credentials what stands behind `Basic ` in the header; @param client who asks, so that one cannot fill the line */
  judge(credentials: string, client: string): Promise<PasswordVerdict>;
}

export interface BasicAuthOptions {
  /** Hashes by user name, asked anew each time. */
  readonly users: () => ReadonlyMap<string, string>;
  readonly comparer: PasswordComparer;
}

const MAX_RIGHT = 100;
const MAX_WRONG = 1000;
const WAITING = { ofAll: 16, ofOne: 2 };

/**
 * Judges user names and passwords as exporter-toolkit does: a comparison is made once and remembered, and an unknown user
 * is compared with a hash too, so that time does not tell which names exist. Right and wrong ones are remembered apart:
 * no flood of guesses makes us forget the password that Prometheus sends.
 */
export function createBasicAuth({ users, comparer }: BasicAuthOptions): BasicAuth {
  const secret = randomBytes(32);
  const right = createMemory(MAX_RIGHT);
  const wrong = createMemory(MAX_WRONG);
  const line = createClientShares(WAITING);
  const underWay = new Map<string, Promise<PasswordVerdict>>();
  const judgeAnew = async ({ password, hash, key, client, isKnown }: Asked): Promise<PasswordVerdict> => {
    const giveBack = line.take(client);
    if (giveBack === undefined) return 'busy';
    const admitted = (await comparer.compare(password, hash).finally(giveBack)) && isKnown;
    (admitted ? right : wrong).add(key);
    return admitted ? 'right' : 'wrong';
  };
  return {
    judge: async (credentials, client) => {
      const { user, password } = split(credentials);
      const known = users().get(user);
      const hash = known ?? decoyFor(users());
      const key = createHmac('sha256', secret).update(`${user}\0${hash}\0${password}`).digest('base64');
      if (known !== undefined && right.has(key)) return 'right';
      if (wrong.has(key)) return 'wrong';
      // A browser opens a page with several requests at once.
      const asked =
        underWay.get(key) ??
        judgeAnew({ password, hash, key, client, isKnown: known !== undefined }).finally(() => underWay.delete(key));
      underWay.set(key, asked);
      return asked;
    },
  };
}

interface Asked {
  readonly password: string;
  readonly hash: string;
  readonly key: string;
  readonly client: string;
  readonly isKnown: boolean;
}

/** `user:password`; all behind the first colon is the password. */
function split(credentials: string): { readonly user: string; readonly password: string } {
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) return { user: text, password: '' };
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Takes as long to compare as the slowest hash of a real user, and fits no password that anybody knows. */
function decoyFor(users: ReadonlyMap<string, string>): string {
  const cost =
    [...users.values()]
      .map((hash) => hash.slice(4, 6))
      .toSorted()
      .at(-1) ?? '10';
  return `$2b$${cost}$meshladderhasnosuchuserOmeshladderhasnosuchuser......`;
}

interface Memory {
  has(key: string): boolean;
  add(key: string): void;
}

/** The newest so many. */
function createMemory(most: number): Memory {
  const keys = new Set<string>();
  return {
    has: (key) => keys.has(key),
    add: (key) => {
      keys.add(key);
      const [oldest] = keys;
      if (keys.size > most && oldest !== undefined) keys.delete(oldest);
    },
  };
}
