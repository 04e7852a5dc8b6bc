import type { KubeObject } from './object.ts';
import { badRequest, invalid } from './refusal.ts';

/** What a log request asks for. */
export interface LogOptions {
  readonly container: string;
  readonly follow: boolean;
  readonly timestamps: boolean;
  /** Only lines since then; whole seconds, as the API server hands it on to the kubelet. */
  readonly sinceMs?: number;
  readonly tailLines?: number;
  readonly limitBytes?: number;
}

/** Reads the query of a log request. @throws Refusal 400 or 422, worded as recorded */
export function readLogOptions(pod: KubeObject, query: URLSearchParams, nowMs: number): LogOptions {
  const { name } = pod.metadata;
  const tailLines = count(query, 'tailLines', name);
  const limitBytes = count(query, 'limitBytes', name);
  const sinceMs = readSince(query, name, nowMs);
  const container = chooseContainer(pod, query.get('container') ?? '');
  if (query.get('previous') === 'true') {
    throw badRequest(`previous terminated container "${container}" in pod "${name}" not found`);
  }
  return {
    container,
    follow: query.get('follow') === 'true',
    timestamps: query.get('timestamps') === 'true',
    ...(sinceMs !== undefined && { sinceMs }),
    ...(tailLines !== undefined && { tailLines }),
    ...(limitBytes !== undefined && { limitBytes }),
  };
}

function count(query: URLSearchParams, key: string, pod: string): number | undefined {
  const text = query.get(key);
  if (text === null || text === '') return undefined;
  if (!/^-?\d{1,15}$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  const value = Number(text);
  const least = key === 'limitBytes' ? 1 : 0;
  if (value >= least) return value;
  const bound = least === 0 ? 'greater than or equal to 0' : 'greater than 0';
  throw fault(pod, key, 'FieldValueInvalid', `Invalid value: ${value}: must be ${bound}`);
}

function readSince(query: URLSearchParams, pod: string, nowMs: number): number | undefined {
  const time = query.get('sinceTime');
  const seconds = count(query, 'sinceSeconds', pod);
  if (time !== null && seconds !== undefined) {
    const message = 'Forbidden: at most one of `sinceTime` or `sinceSeconds` may be specified';
    throw fault(pod, '[]', 'FieldValueForbidden', message);
  }
  if (seconds !== undefined) return nowMs - seconds * 1000;
  if (time === null) return undefined;
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(time) ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw badRequest(`parsing time "${time}" as "2006-01-02T15:04:05Z07:00": cannot parse "${time}" as "2006"`);
  }
  return Math.floor(ms / 1000) * 1000;
}

function fault(
  name: string,
  field: string,
  reason: 'FieldValueInvalid' | 'FieldValueForbidden',
  message: string,
): Error {
  return invalid({ what: 'PodLogOptions', kind: 'PodLogOptions', name, field, reason, message });
}

function chooseContainer({ metadata, ...pod }: KubeObject, asked: string): string {
  const spec = pod['spec'] as Record<string, readonly { readonly name: string }[] | undefined> | undefined;
  const containers = (spec?.['containers'] ?? []).map(({ name }) => name);
  const initial = (spec?.['initContainers'] ?? []).map(({ name }) => name);
  if (asked === '') {
    const [only, ...more] = containers;
    if (only !== undefined && more.length === 0) return only;
    const or = initial.length > 0 ? ` or one of the init containers: [${initial.join(' ')}]` : '';
    throw badRequest(
      `a container name must be specified for pod ${metadata.name}, choose one of: [${containers.join(' ')}]${or}`,
    );
  }
  if (containers.includes(asked) || initial.includes(asked)) return asked;
  throw badRequest(`container ${asked} is not valid for pod ${metadata.name}`);
}
