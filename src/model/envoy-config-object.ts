import { bodyObject, bodyText, type EnvoyBody } from './envoy-body.ts';

/**
 * The Istio object that a cluster or route says it was made from (`metadata.filter_metadata.istio.config`), as
 * `NAME.NAMESPACE`, as `istioctl proxy-config cluster` prints it.
 * @param kind as in the path: `destination-rule`, `virtual-service`
 * @returns empty where there is none of that kind; `<unknown>` where what is said cannot be read
 */
export function configObjectOf(body: EnvoyBody, kind: string): string {
  const metadata = bodyObject(bodyObject(body, 'metadata'), 'filter_metadata');
  const path = bodyText(bodyObject(metadata, 'istio'), 'config');
  if (path === undefined) return '';
  const parts = path.split('/');
  const [, , , , , namespace = '', found = '', name = ''] = parts;
  if (parts.length !== 8) return '<unknown>';
  return found === kind ? `${name}.${namespace}` : '';
}
