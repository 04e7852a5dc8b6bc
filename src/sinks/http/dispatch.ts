import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, acceptsGzip, jsonAnswer, queryOf, type Route, send, textAnswer } from './answer.ts';

/** What every way of routing shares: how a route's answer, or the lack of one, reaches the caller. */
export interface Dispatch {
  /** Answers by this route. Its failure is logged whole and answered without a word of it. */
  toRoute(route: Route, request: IncomingMessage, response: ServerResponse): Promise<void>;
  toNobody(request: IncomingMessage, response: ServerResponse): void;
  wrongMethod(request: IncomingMessage, response: ServerResponse): void;
  /** After this, answers close their connections. */
  stop(): void;
}

export function createDispatch(log: { error(fields: object, message: string): void }): Dispatch {
  let stopping = false;
  const reply = (request: IncomingMessage, response: ServerResponse, answer: Answer): void =>
    send(request, response, answer, stopping);
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
    stop: () => {
      stopping = true;
    },
  };
}

/** In JSON for the API and for those who ask for it. */
function failure({ url = '', headers }: IncomingMessage, status: number, error: string): Answer {
  const json = url.startsWith('/api/') || (headers.accept ?? '').includes('application/json');
  return json ? jsonAnswer(status, { error }) : textAnswer(status, error);
}
