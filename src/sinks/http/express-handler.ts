import type { RequestListener } from 'node:http';
import express, { type NextFunction, type Request, type Response } from 'express';
import type { Route } from './answer.ts';
import type { Dispatch } from './dispatch.ts';

/** Routes requests by express. */
export function createExpressHandler(routes: readonly Route[], dispatch: Dispatch): RequestListener {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.enable('strict routing');
  app.enable('case sensitive routing');
  for (const route of routes) {
    // GET serves HEAD too.
    app.get(route.path, (request, response) => dispatch.toRoute(route, request, response));
    app.all(route.path, (request, response) => dispatch.wrongMethod(request, response));
  }
  app.use((request, response) => dispatch.toNobody(request, response));
  // What express itself refuses, as a path that cannot be decoded. Four parameters make it an error handler.
  app.use((_error: unknown, request: Request, response: Response, _next: NextFunction) =>
    dispatch.toNobody(request, response),
  );
  return app;
}
