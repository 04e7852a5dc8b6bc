import { AskError } from './ask-error.ts';

/** An istiod's answer that a proxy is another's, or nobody's (Istio pilot/pkg/xds/debug.go, `getProxyConnection`). */
export class NotConnected extends AskError {
  constructor() {
    super({ code: 'not_found', detail: 'the proxy is not connected to this istiod' });
  }
}

/** As istiod says it, over HTTP with status 404. */
export function saysNotConnected(text: string): boolean {
  return text.startsWith('Proxy not connected');
}

/** Clients hand on what they were told as the cause of their own error. */
export function isNotConnected(error: unknown): boolean {
  return error instanceof NotConnected || (error instanceof AskError && error.cause instanceof NotConnected);
}
