import type { StandbyRefusal } from '../../http/standby.ts';
import { analyze, findings } from './analysis.ts';
import { apiStatus } from './api-status.ts';
import { authz } from './authorization.ts';
import { apiDiff, diff } from './diff.ts';
import {
  all,
  bootstrap,
  clusters,
  endpoints,
  listeners,
  loggerChanges,
  loggers,
  routes,
  secrets,
} from './envoy-config.ts';
import { bundle, ladder } from './ladder.ts';
import { decode, flags } from './logs.ts';
import { proxies } from './proxies.ts';
import { type AnySchema, object, optional, type Schema, text } from './schema.ts';
import { trace } from './trace.ts';

/** A document that the program writes. */
export interface SchemaDocument {
  /** Of the file, `docs/schemas/NAME.json`. */
  readonly name: string;
  /** Commands whose `-o json` it is. */
  readonly commands: readonly string[];
  /** Paths of the HTTP API that answer with it. */
  readonly paths: readonly string[];
  readonly schema: AnySchema;
}

/** Of any answer that is not 200; more keys where a replica stands by. */
const error = object<{ readonly error: string } & Partial<StandbyRefusal>>({
  error: text('why, for a person'),
  standby: optional({ json: { description: 'only of a replica that stands by', const: true } } as Schema<true>),
  leader: optional(text('of a replica that stands by: the pod of the one that leads, where it is known')),
});

/** Every JSON document, in the order of the commands. */
export const SCHEMA_DOCUMENTS: readonly SchemaDocument[] = [
  of('proxies', proxies, ['status', 'bundle --status'], ['/api/v1/proxies']),
  of('ladder', ladder, ['check'], ['/api/v1/ladder']),
  of('bundle', bundle, ['bundle']),
  of('diff', diff, ['diff', 'compare']),
  of('api-diff', apiDiff, [], ['/api/v1/diff']),
  of('config-clusters', clusters, ['config clusters']),
  of('config-listeners', listeners, ['config listeners']),
  of('config-routes', routes, ['config routes']),
  of('config-endpoints', endpoints, ['config endpoints']),
  of('config-bootstrap', bootstrap, ['config bootstrap']),
  of('config-secrets', secrets, ['config secrets']),
  of('config-log', loggers, ['config log']),
  of('config-log-level', loggerChanges, ['config log --level']),
  of('config-all', all, ['config all']),
  of('trace', trace, ['trace']),
  of('flags', flags, ['flags', 'bundle --flags']),
  of('decode', decode, ['decode']),
  of('analyze', analyze, ['analyze']),
  of('findings', findings, ['analyze --server'], ['/api/v1/findings']),
  of('authz', authz, ['authz']),
  of('api-status', apiStatus, [], ['/api/v1/status']),
  of('api-error', error, [], ['an error of any path below /api']),
];

function of(
  name: string,
  schema: AnySchema,
  commands: readonly string[],
  paths: readonly string[] = [],
): SchemaDocument {
  return { name, commands, paths, schema };
}
