import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { node } from './bootstrap.ts';
import { clusterLines, clusterStatuses, type Ejected } from './cluster-statuses.ts';
import { configDump, maskedDump, resourcesOf } from './config-dump.ts';
import type { HeldConfig } from './held.ts';
import type { EnvoyIdentity } from './identity.ts';
import type { Loggers } from './loggers.ts';

export interface AdminOptions {
  readonly identity: EnvoyIdentity;
  readonly held: HeldConfig;
  readonly ejected: Ejected;
  readonly loggers: Loggers;
  readonly now: () => number;
}

interface Answer {
  readonly status: number;
  /** JSON, or text. */
  readonly body: object | string;
}

/** The admin port of one Envoy (Envoy, Administration interface). */
export function envoyAdmin(options: AdminOptions): RequestListener {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
    request.resume();
    send(response, answer(options, request, pathname, searchParams));
  };
}

function answer(
  options: AdminOptions,
  { method = 'GET' }: IncomingMessage,
  path: string,
  query: URLSearchParams,
): Answer {
  switch (path) {
    case '/config_dump':
      return dump(options, query);
    case '/clusters': {
      const statuses = clusterStatuses(options.held, options.ejected);
      return { status: 200, body: query.get('format') === 'json' ? statuses : clusterLines(statuses) };
    }
    case '/logging': {
      if (method !== 'POST') return { status: 405, body: `Method ${method} not allowed, POST required.` };
      const { status, text } = options.loggers.answer(query);
      return { status, body: text };
    }
    case '/server_info':
      return { status: 200, body: serverInfo(options) };
    case '/ready':
      return { status: 200, body: 'LIVE\n' };
    default:
      return { status: 404, body: HELP };
  }
}

const HELP = `invalid path. admin commands are:
  /clusters: upstream cluster status
  /config_dump: dump current Envoy configs (experimental)
  /logging (POST): query/change logging levels
  /ready: print server state, return 200 if LIVE, otherwise return 503
  /server_info: print server version/status information
`;

function dump({ identity, held }: AdminOptions, query: URLSearchParams): Answer {
  const parts = configDump(identity, held, query.has('include_eds'));
  const resource = query.get('resource');
  if (resource !== null) {
    const configs = resourcesOf(parts, resource);
    if (configs === undefined) return { status: 404, body: `${resource} not found in config dump` };
    return { status: 200, body: { configs } };
  }
  const mask = query.get('mask');
  if (mask === null) return { status: 200, body: { configs: parts } };
  const configs = maskedDump(parts, mask.split(','));
  if (configs.length > 0) return { status: 200, body: { configs } };
  return { status: 400, body: `FieldMask ${mask} could not be successfully applied to any configs.` };
}

function serverInfo({ identity, now }: AdminOptions): object {
  const uptime = `${Math.max(0, Math.floor((now() - identity.startedAtMs) / 1000))}s`;
  return {
    version: '0ebfcfe5b0484b89ca85b761da9e05ce75dbda8d/1.38.3/Modified/RELEASE/BoringSSL',
    state: 'LIVE',
    uptime_current_epoch: uptime,
    uptime_all_epochs: uptime,
    hot_restart_version: 'disabled',
    command_line_options: {
      concurrency: 2,
      config_path: 'etc/istio/proxy/envoy-rev.json',
      log_level: 'warning',
      component_log_level: 'misc:error',
      drain_time: '45s',
      parent_shutdown_time: '900s',
      mode: 'Serve',
      disable_hot_restart: true,
    },
    node: node(identity),
  };
}

function send(response: ServerResponse, { status, body }: Answer): void {
  const isText = typeof body === 'string';
  // As Envoy writes it: one space to a level.
  const bytes = Buffer.from(isText ? body : `${JSON.stringify(body, null, 1)}\n`);
  response.writeHead(status, {
    'content-type': isText ? 'text/plain; charset=UTF-8' : 'application/json',
    'cache-control': 'no-cache, max-age=0',
    'x-content-type-options': 'nosniff',
    server: 'envoy',
    'content-length': bytes.length,
  });
  response.end(bytes);
}
