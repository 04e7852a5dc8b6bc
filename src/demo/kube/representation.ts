import type { KubeObject } from './object.ts';
import { notAcceptable } from './refusal.ts';
import { apiVersionOf, type Resource } from './resources.ts';

/** How objects are shown: whole, or their metadata alone. */
export type Representation = 'full' | 'metadata';

/** Chooses by Accept, the first that can be served, as the API server does. @throws Refusal 406 */
export function chooseRepresentation(accept: string | undefined): Representation {
  for (const offer of (accept ?? '*/*').split(',')) {
    const [type = '', ...parameters] = offer.split(';').map((part) => part.trim());
    if (type !== 'application/json' && type !== 'application/*' && type !== '*/*') continue;
    const as = parameters.find((parameter) => parameter.startsWith('as='))?.slice(3);
    if (as === undefined) return 'full';
    if (as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return 'metadata';
  }
  throw notAcceptable();
}

/** What of a resource is shown, and in which version. */
export interface Shown {
  readonly resource: Resource;
  readonly version: string;
  readonly representation: Representation;
}

/** An object by itself, as GET and watch give it. */
export function showObject({ resource, version, representation }: Shown, object: KubeObject): object {
  if (representation === 'metadata') return partial(object);
  const { kind, apiVersion: _, ...rest } = object;
  return { kind, apiVersion: apiVersionOf(resource.group, version), ...rest };
}

/** An object in a list: of the built-in kinds, items do not repeat what they are. */
export function showItem(shown: Shown, object: KubeObject): object {
  if (shown.representation === 'metadata' || shown.resource.custom) return showObject(shown, object);
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = object;
  return rest;
}

/** Kind and version of a list. */
export function listHead({ resource, version, representation }: Shown): { kind: string; apiVersion: string } {
  return representation === 'metadata'
    ? { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' }
    : { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource.group, version) };
}

/** The object of a BOOKMARK: its kind, and how far the watch has come. */
export function bookmark({ resource, version, representation }: Shown, metadata: object): object {
  return representation === 'metadata'
    ? { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata }
    : { kind: resource.kind, apiVersion: apiVersionOf(resource.group, version), metadata };
}

function partial(object: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}
