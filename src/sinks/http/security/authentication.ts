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
    if (passwords && scheme === 'basic') return byPassword(passwords, credentials, clientBehind(request), challenge);
    if (tokens && scheme === 'bearer')
      return byToken(tokens, credentials, { path: servedPath(request), client: clientBehind(request) }, challenge);
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
  client: string,
  challenge: Refusal,
): Promise<Refusal | undefined> {
  const verdict = await passwords.judge(credentials, client);
  switch (verdict) {
    case 'right':
      return undefined;
    case 'wrong':
      return challenge;
    case 'busy':
      return busy('too many passwords wait to be compared; ask again');
    default:
      return verdict satisfies never;
  }
}

async function byToken(
  tokens: TokenJudge,
  token: string,
  request: { readonly path: string | undefined; readonly client: string },
  challenge: Refusal,
): Promise<Refusal | undefined> {
  const verdict = await tokens.judge(token, request);
  switch (verdict) {
    case 'admitted':
      return undefined;
    case 'unknown':
      return challenge;
    case 'forbidden':
      return {
        status: 403,
        reason: 'forbidden',
        error: 'your role does not let you get this path (nonResourceURLs); docs/security.md',
      };
    case 'busy':
      return busy('too many tokens wait to be asked about; ask again');
    case 'unavailable':
      return {
        status: 503,
        reason: 'check_failed',
        error: 'the Kubernetes API cannot be asked who you are; ask again',
        headers: SOON,
      };
    default:
      return verdict satisfies never;
  }
}

const SOON = { 'Retry-After': '1' };

function clientBehind({ socket }: IncomingMessage): string {
  return clientOf(socket.remoteAddress);
}

function busy(error: string): Refusal {
  return { status: 503, reason: 'check_busy', error, headers: SOON };
}

function unauthenticated(takesPasswords: boolean, takesTokens: boolean): Refusal {
  const schemes = [...(takesTokens ? ['Bearer'] : []), ...(takesPasswords ? ['Basic realm="meshladder"'] : [])];
  const wanted = [...(takesTokens ? ['a token'] : []), ...(takesPasswords ? ['a user and password'] : [])];
  return {
    status: 401,
    reason: 'unauthenticated',
    error: `not without ${wanted.join(' or ')} that is known here`,
    headers: { 'WWW-Authenticate': schemes.join(', ') },
  };
}
