import type { RequestListener } from 'node:http';
import { pathOf, type Route } from './answer.ts';
import type { Dispatch } from './dispatch.ts';

/** Routes the same requests without express, which would be a third of a node agent's memory (docs/adr/0005-agent-without-express.md). */
export function createPlainHandler(routes: readonly Route[], dispatch: Dispatch): RequestListener {
  const byPath = new Map(routes.map((route) => [route.path, route]));
  return (request, response) => {
    const route = byPath.get(pathOf(request.url));
    if (route === undefined) dispatch.toNobody(request, response);
    else if (request.method !== 'GET' && request.method !== 'HEAD') dispatch.wrongMethod(request, response);
    else void dispatch.toRoute(route, request, response);
  };
}
