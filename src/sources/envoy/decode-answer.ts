import { bodyField, bodyObjects, type EnvoyBody } from '../../model/envoy-body.ts';
import type { EnvoyDump, EnvoySpelling } from '../../model/envoy-config.ts';
import { specList, specObject } from '../../model/spec-fields.ts';
import { decodeConfigs } from './decode-configs.ts';
import { decodeClusterStatus } from './decode-statuses.ts';
import { invalidAnswer } from './envoy-answer-error.ts';
import { typedResource } from './guess-type.ts';

/** How many keys of a stranger's are named in an error. */
const MAX_KEYS = 5;

/**
 * Decodes an answer by its shape: `{"configs": […]}` (a config dump), `{"cluster_statuses": […]}`, and what istioctl
 * makes of them: `{"bootstrap": …}`, or a list of resources.
 * @throws EnvoyAnswerError where it has none of these shapes
 */
export function decodeAnswer(answer: unknown): EnvoyDump {
  if (Array.isArray(answer)) return decodeList(answer);
  const body = specObject(answer);
  if (body === undefined) throw invalidAnswer('neither a JSON object nor a list');
  const configs = bodyField(body, 'configs');
  if (Array.isArray(configs)) return { config: decodeConfigs(configs, spellingOf(body)) };
  if (configs !== undefined) throw invalidAnswer('its "configs" is not a list');
  if (specList(bodyField(body, 'cluster_statuses')).length > 0) {
    return { statuses: bodyObjects(body, 'cluster_statuses').map(decodeClusterStatus) };
  }
  if (specObject(body['bootstrap']) !== undefined)
    return { config: decodeConfigs([bootstrapOf(body)], spellingOf(body)) };
  if (bodyField(body, 'dynamic_active_secrets') !== undefined)
    return { config: decodeConfigs([secretsOf(body)], spellingOf(body)) };
  throw invalidAnswer(`neither a config dump nor /clusters?format=json: it has ${keysOf(body)}`);
}

function decodeList(answer: readonly unknown[]): EnvoyDump {
  const bodies = answer.map(specObject).filter((each) => each !== undefined);
  if (bodies.length === 0) throw invalidAnswer('a list with nothing in it to read');
  if (bodies.every((body) => bodyField(body, 'host_statuses') !== undefined)) {
    return { statuses: bodies.map(decodeClusterStatus) };
  }
  const typed = bodies.map(typedResource).filter((each) => each !== undefined);
  if (typed.length === 0) throw invalidAnswer('a list of neither clusters, listeners, routes nor endpoints');
  return { config: decodeConfigs(typed, spellingOf({ configs: bodies })) };
}

function bootstrapOf(body: EnvoyBody): EnvoyBody {
  return { ...body, '@type': 'type.googleapis.com/envoy.admin.v3.BootstrapConfigDump' };
}

/** What `istioctl proxy-config secret -o json` prints. */
function secretsOf(body: EnvoyBody): EnvoyBody {
  return { ...body, '@type': 'type.googleapis.com/envoy.admin.v3.SecretsConfigDump' };
}

function keysOf(body: EnvoyBody): string {
  const keys = Object.keys(body);
  const named = keys.slice(0, MAX_KEYS).map((key) => JSON.stringify(key.slice(0, 40).toWellFormed()));
  return keys.length === 0 ? 'no fields' : `${named.join(', ')}${keys.length > MAX_KEYS ? ', …' : ''}`;
}

/** A spelling is told by the names of messages' fields near the top; a dump too small to tell is Envoy's. */
function spellingOf(body: EnvoyBody): EnvoySpelling {
  const names = fieldNames(body, 3).slice(0, 2_000);
  const camel = names.filter((name) => /^[a-z]+[A-Z]/.test(name)).length;
  return camel > names.filter((name) => /^[a-z]+_[a-z]/.test(name)).length ? 'camel' : 'snake';
}

function fieldNames(value: unknown, depth: number): readonly string[] {
  if (depth === 0) return [];
  if (Array.isArray(value)) return value.slice(0, 10).flatMap((each) => fieldNames(each, depth - 1));
  const body = specObject(value);
  if (body === undefined) return [];
  return Object.entries(body)
    .slice(0, 100)
    .flatMap(([name, field]) => [name, ...fieldNames(field, depth - 1)]);
}
