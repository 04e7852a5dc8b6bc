import { bodyNumber, bodyObject, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import type { EnvoyBootstrap, EnvoyNode } from '../../model/envoy-config.ts';

/** What a proxy was started with; `undefined` where the dump leaves it empty, as istiod's does. */
export function decodeBootstrap(section: EnvoyBody): EnvoyBootstrap | undefined {
  const body = bodyObject(section, 'bootstrap');
  return body === undefined ? undefined : { node: decodeNode(bodyObject(body, 'node')), body };
}

/** The id is `TYPE~IP~POD.NAMESPACE~DNS-DOMAIN`; a pod's name may hold dots, its namespace none. */
function decodeNode(node: EnvoyBody | undefined): EnvoyNode {
  const metadata = bodyObject(node, 'metadata');
  const id = bodyText(node, 'id') ?? '';
  const [type = '', ip = '', name = '', dnsDomain = ''] = id.split('~');
  const dot = name.lastIndexOf('.');
  const addresses = [ip, ...(bodyText(metadata, 'INSTANCE_IPS') ?? '').split(',')].filter((each) => each !== '');
  return {
    id,
    type,
    addresses: [...new Set(addresses)],
    pod: dot < 0 ? name : name.slice(0, dot),
    namespace: dot < 0 ? '' : name.slice(dot + 1),
    dnsDomain,
    workload: bodyText(metadata, 'WORKLOAD_NAME') ?? '',
    istioVersion: bodyText(metadata, 'ISTIO_VERSION') ?? '',
    envoyVersion: envoyVersionOf(node),
  };
}

function envoyVersionOf(node: EnvoyBody | undefined): string {
  const build = bodyObject(node, 'user_agent_build_version');
  const version = bodyObject(build, 'version');
  if (version === undefined) return '';
  return ['major_number', 'minor_number', 'patch'].map((part) => bodyNumber(version, part) ?? 0).join('.');
}
