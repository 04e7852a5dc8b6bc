import type { InjectorValues } from '../../../model/analysis-world.ts';
import type { RawObject } from '../kube-api.ts';
import { record, text } from '../objects/fields.ts';
import { metadataOf } from '../objects/metadata.ts';

const NAME = /^istio-sidecar-injector(-.+)?$/;

/** What the ConfigMap of an injector says, in its Helm values; any other ConfigMap is none of ours. */
export function mapInjectorValues(raw: RawObject): InjectorValues | undefined {
  const { namespace, name } = metadataOf(raw);
  if (!NAME.test(name)) return undefined;
  const values = parse(text(record(raw['data'])?.['values']) ?? '');
  const proxyImage = imageOf(record(values?.['global']));
  const enabled = record(values?.['sidecarInjectorWebhook'])?.['enableNamespacesByDefault'];
  return { namespace, name, enableNamespacesByDefault: enabled === true, ...(proxyImage && { proxyImage }) };
}

function parse(values: string): RawObject | undefined {
  try {
    return record(JSON.parse(values));
  } catch {
    return undefined;
  }
}

/** An image with a slash in it is whole; otherwise it is one of the hub's, by the tag of all. */
function imageOf(global: RawObject | undefined): string | undefined {
  const image = text(record(global?.['proxy'])?.['image']);
  if (image === undefined || image === '' || image.includes('/')) return image;
  const tag = global?.['tag'];
  return `${text(global?.['hub']) ?? ''}/${image}:${typeof tag === 'number' ? String(tag) : (text(tag) ?? '')}`;
}
