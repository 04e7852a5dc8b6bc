import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Dispatch } from '../dispatch.ts';
import type { Check, Refusal, RefusalReason } from './refusal.ts';

export interface GuardOptions {
  /** Asked in this order; the first refusal stands. */
  readonly checks: readonly Check[];
  /** What is answered whoever asks, and however often: it costs nothing and tells nothing. */
  readonly isOpen: (request: IncomingMessage) => boolean;
  /** Whether there is a route of exactly this path: the handler never decides by itself what a path means. */
  readonly isServed: (request: IncomingMessage) => boolean;
  readonly dispatch: Pick<Dispatch, 'refuse' | 'toNobody'>;
  readonly onRefused: (reason: RefusalReason) => void;
  readonly log: { error(fields: object, message: string): void };
}

/** Hands on to `handler` only what is served and every check lets through. A check that fails lets nothing through. */
export function guarded(handler: RequestListener, options: GuardOptions): RequestListener {
  const { checks, isOpen, isServed, dispatch, onRefused, log } = options;
  const decide = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const refuse = (refusal: Refusal): void => {
      onRefused(refusal.reason);
      dispatch.refuse(request, response, refusal);
    };
    try {
      const refusal = await firstRefusal(checks, request);
      if (refusal !== undefined) refuse(refusal);
      else if (isServed(request)) handler(request, response);
      else dispatch.toNobody(request, response);
    } catch (err) {
      log.error({ err }, 'whether a request may be answered could not be found out');
      if (response.headersSent) response.destroy();
      else
        refuse({
          status: 503,
          reason: 'check_failed',
          error: 'whether you may ask could not be found out; the log says which check failed',
        });
    }
  };
  return (request, response) => {
    if (isOpen(request)) handler(request, response);
    else void decide(request, response);
  };
}

async function firstRefusal(checks: readonly Check[], request: IncomingMessage): Promise<Refusal | undefined> {
  for (const check of checks) {
    const refusal = await check(request);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
