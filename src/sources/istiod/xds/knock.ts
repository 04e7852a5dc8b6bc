import { connect, type TLSSocket } from 'node:tls';
import type { SourceError } from '../../../model/source-error.ts';
import { AskError } from '../ask-error.ts';
import { CONNECT_MS, type Exchange, failureOf, timedOut } from '../http-failure.ts';
import type { XdsPeer } from './channel.ts';
import type { Deadline } from './deadline.ts';

/**
 * Tries whether an istiod can be reached and is who it should be, before gRPC connects: that gives no code for what goes
 * wrong, and does not let go of a connection that is never taken up.
 * @throws AskError `refused`, `timeout` or `tls`; the signal's own reason where the caller gave up
 */
export async function knock(
  { address, serverName, ca, forwardedTo }: XdsPeer,
  deadline: Deadline,
  signal: AbortSignal,
): Promise<void> {
  const { hostname: host, port } = new URL(`xds://${address}`);
  const exchange: Exchange = { host: forwardedTo ?? address, path: 'xDS', deadlineMs: deadline.wholeMs };
  const options = { servername: serverName, ca, ALPNProtocols: ['h2'], port: Number(port) };
  const socket = connect({ ...options, host: host.replace(/^\[|\]$/g, '') });
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const giveUp = (): void => reject(signal.reason);
  const leftMs = deadline.leftMs();
  // A forwarded port is dialled at once, and leads to the pod only when the API server and the kubelet have made it so.
  const connectMs = forwardedTo === undefined ? CONNECT_MS : Number.POSITIVE_INFINITY;
  const late = leftMs < connectMs ? timedOut(exchange) : failureOf(LATE, 'head', exchange);
  const timer = setTimeout(() => reject(new AskError(late, LATE)), Math.min(leftMs, connectMs));
  signal.addEventListener('abort', giveUp, { once: true });
  socket.once('secureConnect', resolve).on('error', (error) => reject(new AskError(worded(error, exchange), error)));
  try {
    signal.throwIfAborted();
    await promise;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    drop(socket);
  }
}

const LATE: Error = Object.assign(new Error('nobody took up the connection'), { code: 'ETIMEDOUT' });

function drop(socket: TLSSocket): void {
  socket.on('error', () => undefined).destroy();
}

const OTHER_AUTHORITY =
  'its certificate is of another authority than the CA file holds (istiod.caFile or --ca-file: ConfigMap istio-ca-root-cert, key root-cert.pem)';
const OTHER_TIME = 'its certificate is not valid at this time';
const REMEDIES: ReadonlyMap<unknown, string> = new Map([
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another name; see istiod.serverName'],
  ['CERT_HAS_EXPIRED', OTHER_TIME],
  ['CERT_NOT_YET_VALID', OTHER_TIME],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', OTHER_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', OTHER_AUTHORITY],
  ['UNABLE_TO_GET_ISSUER_CERT', OTHER_AUTHORITY],
  ['SELF_SIGNED_CERT_IN_CHAIN', OTHER_AUTHORITY],
  ['DEPTH_ZERO_SELF_SIGNED_CERT', OTHER_AUTHORITY],
  ['CERT_SIGNATURE_FAILURE', OTHER_AUTHORITY],
]);

function worded(error: NodeJS.ErrnoException, exchange: Exchange): SourceError {
  const reason = failureOf(error, 'head', exchange);
  const remedy = REMEDIES.get(error.code);
  return remedy === undefined ? reason : { ...reason, detail: `${reason.detail}: ${remedy}` };
}
