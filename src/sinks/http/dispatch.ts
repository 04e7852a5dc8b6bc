import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, acceptsGzip, bytesOf, jsonAnswer, queryOf, type Route, send, textAnswer } from './answer.ts';
import type { Refusal } from './security/refusal.ts';
import { createUnreadAnswers, UNREAD_LIMITS, type UnreadLimits } from './security/unread-answers.ts';

/** What every way of routing shares: how a route's answer, or the lack of one, reaches the caller. */
export interface Dispatch {
  /** Answers by this route. Its failure is logged whole and answered without a word of it. */
  toRoute(route: Route, request: IncomingMessage, response: ServerResponse): Promise<void>;
  toNobody(request: IncomingMessage, response: ServerResponse): void;
  wrongMethod(request: IncomingMessage, response: ServerResponse): void;
  refuse(request: IncomingMessage, response: ServerResponse, refusal: Refusal): void;
  /** After this, answers close their connections. */
  stop(): void;
}

export interface DispatchOptions {
  /** Headers of every answer that does not set them itself; asked anew for each. */
  readonly headers?: () => Readonly<Record<string, string>>;
  /** How much of what was answered may lie unread. */
  readonly unread?: UnreadLimits;
}

export function createDispatch(
  log: { error(fields: object, message: string): void },
  { headers = () => ({}), unread: limits = UNREAD_LIMITS }: DispatchOptions = {},
): Dispatch {
  let stopping = false;
  const unread = createUnreadAnswers(limits);
  const reply = (request: IncomingMessage, response: ServerResponse, answer: Answer): void => {
    // Who has hung up meanwhile will never close again: what was counted for him would be counted for ever.
    if (response.destroyed) return;
    const bytes = bytesOf(answer.body);
    const sent = unread.hasRoomFor(bytes) ? answer : { ...failure(request, 503, TOO_MUCH_UNREAD), headers: LATER };
    // A feed looks after its readers itself.
    if (sent.feed === undefined) unread.track(response, bytesOf(sent.body));
    send(request, response, sent, { last: stopping, headers: headers() });
  };
  return {
    toRoute: async (route, request, response) => {
      try {
        const query = queryOf(request.url);
        const asked = { acceptsGzip: acceptsGzip(request.headers['accept-encoding']), query };
        reply(request, response, await route.answer(asked));
      } catch (err) {
        log.error({ route: route.path, err }, 'a request could not be answered');
        if (response.headersSent) response.destroy();
        else reply(request, response, failure(request, 500, 'internal error; the log says more'));
      }
    },
    toNobody: (request, response) =>
      reply(request, response, failure(request, 404, 'nothing is served at this path; / lists what is')),
    wrongMethod: (request, response) =>
      reply(request, response, {
        ...failure(request, 405, 'only GET and HEAD are served'),
        headers: { Allow: 'GET, HEAD' },
      }),
    refuse: (request, response, { status, error, headers: own = {} }) =>
      reply(request, response, { ...failure(request, status, error), headers: own }),
    stop: () => {
      stopping = true;
    },
  };
}

const TOO_MUCH_UNREAD = 'others have not read what they asked for; ask again';
const LATER = { 'Retry-After': '5' };

/** In JSON for the API and for those who ask for it. */
function failure({ url = '', headers }: IncomingMessage, status: number, error: string): Answer {
  const json = url.startsWith('/api/') || (headers.accept ?? '').includes('application/json');
  return json ? jsonAnswer(status, { error }) : textAnswer(status, error);
}
