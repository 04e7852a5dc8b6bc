import type { InjectionWebhook } from '../../../model/injection.ts';
import type { RawObject } from '../kube-api.ts';
import { present, record, records, text } from './fields.ts';
import { selectorOf } from './label-selector.ts';
import { createdAt, metadataOf } from './metadata.ts';

/** `sidecar-injector.istio.io` alone up to Istio 1.8; since then with `namespace.`, `object.` or `rev.` before it. */
const INJECTOR = /(^|\.)sidecar-injector\.istio\.io$/;

/** The sidecar injectors of one MutatingWebhookConfiguration; other webhooks are none of ours. */
export function mapInjectors(raw: RawObject): readonly InjectionWebhook[] | undefined {
  const metadata = metadataOf(raw);
  const injectors = records(raw['webhooks']).filter((webhook) => INJECTOR.test(text(webhook['name']) ?? ''));
  if (injectors.length === 0) return undefined;
  return injectors.map((webhook) =>
    present({
      configuration: metadata.name,
      name: text(webhook['name']) ?? '',
      revision: metadata.labels['istio.io/rev'] ?? 'default',
      tag: metadata.labels['istio.io/tag'],
      createdAt: createdAt(metadata),
      namespaceSelector: selectorOf(webhook['namespaceSelector']),
      objectSelector: selectorOf(webhook['objectSelector']),
      service: serviceOf(webhook),
    }),
  );
}

/** A webhook is called by Service or by URL. */
function serviceOf(webhook: RawObject): string | undefined {
  const service = record(record(webhook['clientConfig'])?.['service']);
  const name = text(service?.['name']);
  return name === undefined ? undefined : `${text(service?.['namespace']) ?? ''}/${name}`;
}
