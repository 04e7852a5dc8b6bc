import type { KubeObject, NewObject } from './object.ts';
import { badRequest, invalid, objectNotFound } from './refusal.ts';
import { findResource, RESOURCES, type Resource } from './resources.ts';
import type { ObjectStore, Writer } from './store.ts';

const LEASES = findResource('coordination.k8s.io', 'v1', 'leases') as Resource;
const NAMESPACES = RESOURCES.find((each) => each.plural === 'namespaces') as Resource;
const TIMES = ['acquireTime', 'renewTime'] as const;
const LAYOUT = '2006-01-02T15:04:05.000000Z07:00';

/** Who writes, as `managedFields` has it. */
const WRITER: Writer = { manager: 'meshladder', operation: 'Update' };

/** POST of a Lease. @throws Refusal 400, 404, 409, 422 */
export function createLease(store: ObjectStore, namespace: string, body: unknown): KubeObject {
  const lease = leaseOf(body, namespace);
  if (store.collection(NAMESPACES).get(namespace) === undefined) throw objectNotFound(NAMESPACES, namespace);
  return store.create(lease, WRITER);
}

/** PUT of a Lease: only over the version that was read. @throws Refusal 400, 404, 409, 422 */
export function replaceLease(store: ObjectStore, namespace: string, body: unknown): KubeObject {
  const lease = leaseOf(body, namespace);
  const stored = store.collection(LEASES).get(`${namespace}/${lease.metadata.name}`);
  if (stored === undefined) throw objectNotFound(LEASES, lease.metadata.name);
  if (lease.metadata.resourceVersion === undefined) {
    throw invalid({
      what: 'leases.coordination.k8s.io',
      kind: 'leases',
      group: 'coordination.k8s.io',
      name: lease.metadata.name,
      field: 'metadata.resourceVersion',
      reason: 'FieldValueInvalid',
      message: 'Invalid value: 0: must be specified for an update',
    });
  }
  return store.update(lease, WRITER);
}

function leaseOf(body: unknown, namespace: string): NewObject {
  const { metadata, spec } = recordOf(body);
  const { name, resourceVersion, labels } = recordOf(metadata);
  if (typeof name !== 'string' || name === '') {
    throw badRequest('name or generateName is required');
  }
  return {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: {
      name,
      namespace,
      ...(typeof resourceVersion === 'string' && { resourceVersion }),
      ...(typeof labels === 'object' && labels !== null && { labels: labels as Record<string, string> }),
    },
    spec: specOf(recordOf(spec), name),
  };
}

function specOf(spec: Readonly<Record<string, unknown>>, name: string): object {
  const { leaseDurationSeconds: duration } = spec;
  if (duration !== undefined && !(typeof duration === 'number' && duration > 0)) {
    throw invalid({
      what: 'Lease.coordination.k8s.io',
      kind: 'Lease',
      group: 'coordination.k8s.io',
      name,
      field: 'spec.leaseDurationSeconds',
      reason: 'FieldValueInvalid',
      message: `Invalid value: ${JSON.stringify(duration)}: must be greater than 0`,
    });
  }
  const times = TIMES.flatMap((key) => (spec[key] === undefined ? [] : [[key, microTime(spec[key])]]));
  return { ...spec, ...Object.fromEntries(times) };
}

/** A MicroTime has exactly six digits of a second. Shown in UTC. @throws Refusal 400 */
function microTime(value: unknown): string {
  const text = String(value);
  const [, whole = '', fraction = '', zone = ''] =
    /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:\d\d)$/.exec(text) ?? [];
  const ms = Date.parse(`${whole}${zone}`);
  if (Number.isNaN(ms)) throw unparsable(text, text, '2006');
  if (fraction.length < 7) throw unparsable(text, `${fraction}${zone}`, '.000000');
  if (fraction.length > 7) throw unparsable(text, `${fraction.slice(7)}${zone}`, 'Z07:00');
  return `${new Date(ms).toISOString().slice(0, 19)}${fraction}Z`;
}

function unparsable(text: string, rest: string, element: string): Error {
  return badRequest(
    `Lease in version "v1" cannot be handled as a Lease: parsing time "${text}" as "${LAYOUT}": cannot parse "${rest}" as "${element}"`,
  );
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
