import { AskError } from '../ask-error.ts';
import { NotConnected, saysNotConnected } from '../not-connected.ts';
import { askDebug, openStream, type XdsAsk } from './ask-debug.ts';

/**
 * What an istiod would send a proxy: the answer of its `/debug/config_dump`, byte for byte.
 * @param proxy `POD.NAMESPACE`
 * @throws AskError `not_found` where the debug port is switched off: then nobody says it in JSON; NotConnected
 */
export async function askDumpOverXds(ask: XdsAsk, proxy: string): Promise<Uint8Array> {
  const stream = openStream(ask, 'istio.io/debug/config_dump');
  try {
    const body = await askDebug(stream, ask.node, `config_dump?proxyID=${encodeURIComponent(proxy)}&include_eds`);
    if (body === undefined) throw new AskError({ code: 'not_found', detail: SWITCHED_OFF });
    if (saysNotConnected(Buffer.from(body.subarray(0, 64)).toString('latin1'))) throw new NotConnected();
    return body;
  } finally {
    stream.end();
  }
}

const SWITCHED_OFF =
  'istiod tells no configuration in JSON, over xDS neither: ENABLE_DEBUG_ON_HTTP=false; istioctl proxy-status POD.NAMESPACE compares clusters, listeners and routes';
