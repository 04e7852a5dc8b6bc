import { ISTIOCTL_VERSION } from '../decode.ts';
import { asFields } from '../schema.ts';
import type { XdsNode } from './messages.ts';

const NAMESPACE = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/**
 * Who asks. istiod compares the namespace with that of the token (Istio pilot/pkg/xds/auth.go, checkConnectionIdentity),
 * and lists who says istioctl's version as no proxy.
 * @param fallback the namespace where the token does not tell its own
 */
export function xdsNode(token: string | undefined, fallback: string): XdsNode {
  const namespace = namespaceOfToken(token) ?? fallback;
  return {
    id: `sidecar~127.0.0.1~meshladder.${namespace}~${namespace}.svc.cluster.local`,
    metadata: { NAMESPACE: namespace, ISTIO_VERSION: ISTIOCTL_VERSION, GENERATOR: 'event' },
  };
}

/** Of whom a service-account token is (Kubernetes "Managing Service Accounts", claim `kubernetes.io`); not verified. */
export function namespaceOfToken(token: string | undefined): string | undefined {
  const payload = token?.split('.')[1];
  if (payload === undefined) return undefined;
  try {
    const claims = asFields(JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')));
    const namespace = asFields(claims?.['kubernetes.io'])?.['namespace'];
    return typeof namespace === 'string' && NAMESPACE.test(namespace) ? namespace : undefined;
  } catch {
    return undefined;
  }
}
