import type { IncomingMessage } from 'node:http';
import type { BasicAuth } from './basic-auth.ts';
import { clientOf } from './client-of.ts';
import type { Check, Refusal } from './refusal.ts';
import type { TokenJudge } from './token-judge.ts';

export interface AuthenticationOptions {
  /** Passwords; asked anew for each request, since a reload may bring the first user or take the last. */
  readonly basic: () => BasicAuth | undefined;
  /** Tokens of Kubernetes; absent: none are taken. */
  readonly tokens: TokenJudge | undefined;
  /** The path that the request asks for, where one is served. */
  readonly servedPath: (request: IncomingMessage) => string | undefined;
}

/** Lets in who shows a right password, or a token that may get the path. Without users and judge, everybody. */
export function createAuthentication({ basic, tokens, servedPath }: AuthenticationOptions): Check {
  return (request) => {
    const passwords = basic();
    if (passwords === undefined && tokens === undefined) return undefined;
    const challenge = unauthenticated(passwords !== undefined, tokens !== undefined);
    const { scheme, credentials } = shownBy(request);
    if (passwords && scheme === 'basic') return byPassword(passwords, credentials, request, challenge);
    if (tokens && scheme === 'bearer') return byToken(tokens, credentials, servedPath(request), challenge);
    return challenge;
  };
}

function shownBy({ headers }: IncomingMessage): { readonly scheme: string; readonly credentials: string } {
  const [, scheme, credentials] = /^(\w+) +(\S+) *$/.exec(headers.authorization ?? '') ?? [];
  return { scheme: scheme?.toLowerCase() ?? '', credentials: credentials ?? '' };
}

async function byPassword(
  passwords: BasicAuth,
  credentials: string,
  { socket }: IncomingMessage,
  challenge: Refusal,
): Promise<Refusal | undefined> {
  const verdict = await passwords.judge(credentials, clientOf(socket.remoteAddress));
  switch (verdict) {
    case 'right':
      return undefined;
    case 'wrong':
      return challenge;
    case 'busy':
      return { status: 503, error: 'too many passwords wait to be compared; ask again', headers: SOON };
    default:
      return verdict satisfies never;
  }
}

async function byToken(
  tokens: TokenJudge,
  token: string,
  path: string | undefined,
  challenge: Refusal,
): Promise<Refusal | undefined> {
  const verdict = await tokens.judge(token, path);
  switch (verdict) {
    case 'admitted':
      return undefined;
    case 'unknown':
      return challenge;
    case 'forbidden':
      return { status: 403, error: 'your role does not let you get this path (nonResourceURLs); docs/security.md' };
    case 'unavailable':
      return { status: 503, error: 'the Kubernetes API cannot be asked who you are; ask again', headers: SOON };
    default:
      return verdict satisfies never;
  }
}

const SOON = { 'Retry-After': '1' };

function unauthenticated(takesPasswords: boolean, takesTokens: boolean): Refusal {
  const schemes = [...(takesTokens ? ['Bearer'] : []), ...(takesPasswords ? ['Basic realm="meshladder"'] : [])];
  const wanted = [...(takesTokens ? ['a token'] : []), ...(takesPasswords ? ['a user and password'] : [])];
  return {
    status: 401,
    error: `not without ${wanted.join(' or ')} that is known here`,
    headers: { 'WWW-Authenticate': schemes.join(', ') },
  };
}
