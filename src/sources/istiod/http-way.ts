import type { IstiodAccess } from '../../model/control-plane.ts';
import type { Question, Way } from './access.ts';
import { type AskOptions, askSync, askVersion } from './ask.ts';
import type { HttpClient } from './http-client.ts';

export interface HttpWayOptions {
  readonly client: HttpClient;
  /** How the client reaches an istiod. Default: `http`, at its address. */
  readonly accessTo?: (base: string) => IstiodAccess;
  /** For one istiod's whole answer. */
  readonly deadlineMs: number;
  /** Longest answer taken. */
  readonly limitBytes: number;
}

/** Over HTTP, at the debug port. */
export function httpWay({ client, accessTo, deadlineMs, limitBytes }: HttpWayOptions): Way {
  const askOf = ({ target, token, signal }: Question): AskOptions => {
    return { client, base: target.base, token, deadlineMs, limitBytes, signal };
  };
  return {
    kind: ({ base }) => accessTo?.(base) ?? 'http',
    sync: (question) => askSync(askOf(question)),
    version: (question) => askVersion(askOf(question)),
  };
}
