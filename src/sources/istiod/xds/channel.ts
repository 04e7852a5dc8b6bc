import {
  Client,
  type ClientDuplexStream,
  connectivityState,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { AskError, truncated } from '../ask-error.ts';
import type { Exchange } from '../http-failure.ts';
import type { Deadline } from './deadline.ts';
import { type GrpcCall, grpcFailure } from './failure.ts';

/** Where an istiod speaks xDS, and whom to expect there. */
export interface XdsPeer {
  /** `HOST:PORT`. */
  readonly address: string;
  /** The name that its certificate must hold; also where it is dialled by the address of its pod. */
  readonly serverName: string;
  /** PEM of the authority that signs it. */
  readonly ca: Buffer;
  /** Longest answer taken. */
  readonly limitBytes: number;
  /** Whose port it is, where the address is but one of this machine that leads there. */
  readonly forwardedTo?: string | undefined;
}

/** A connection to one istiod, kept from poll to poll; a new one where it broke. */
export interface XdsChannel {
  /** Whether it is connected, or about to be, and nothing went wrong: else it is not mended, but made anew, without waiting. */
  isSound(): boolean;
  open(options: StreamOptions): XdsStream;
  close(): void;
}

export interface StreamOptions {
  readonly token: string | undefined;
  /** Of the exchange that the stream is part of. */
  readonly deadline: Deadline;
  /** What is asked, for the words of a failure. */
  readonly path: string;
  readonly signal: AbortSignal;
}

/** One stream: questions and their answers, one at a time. */
export interface XdsStream {
  /**
   * @throws AskError with the bounded reason; the signal's own reason where the caller gave up; Error where another
   * question still waits for its answer
   */
  ask(request: Uint8Array): Promise<Buffer>;
  /** Ends it. What still comes is thrown away. */
  end(): void;
}

const METHOD = '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources';

type Call = ClientDuplexStream<Uint8Array, Buffer>;

/** Connects at once, so that it is sound from the beginning. */
export function openChannel({ address, serverName, ca, limitBytes, forwardedTo }: XdsPeer): XdsChannel {
  const client = new Client(address, credentials.createSsl(ca), {
    'grpc.ssl_target_name_override': serverName,
    'grpc.default_authority': serverName,
    'grpc.max_receive_message_length': limitBytes,
    'grpc.enable_http_proxy': 0,
    'grpc.enable_retries': 0,
    'grpc.service_config_disable_resolution': 1,
    'grpc.use_local_subchannel_pool': 1,
    'grpc-node.flow_control_window': WINDOW_BYTES,
  });
  const state = (connects: boolean): connectivityState => client.getChannel().getConnectivityState(connects);
  state(true);
  let broken = false;
  const fail = (): void => {
    broken = true;
  };
  return {
    isSound: () => !broken && SOUND.includes(state(false)),
    open(options) {
      const { path, deadline, token } = options;
      const exchange: GrpcCall = {
        host: forwardedTo ?? address,
        path,
        deadlineMs: deadline.wholeMs,
        limitBytes,
        hasToken: token !== undefined,
      };
      const metadata = new Metadata();
      if (token !== undefined) metadata.set('authorization', `Bearer ${token}`);
      const call: Call = client.makeBidiStreamRequest(METHOD, Buffer.from, (bytes: Buffer) => bytes, metadata, {
        deadline: Date.now() + deadline.leftMs(),
      });
      const toError = (error: ServiceError): AskError => new AskError(grpcFailure(error, exchange), error);
      return streamOf(call, options.signal, { toError, fail, exchange });
    },
    close: () => client.close(),
  };
}

const SOUND: readonly connectivityState[] = [connectivityState.CONNECTING, connectivityState.READY];

/** So much may be under way before it is read: istiod's answers are megabytes. */
const WINDOW_BYTES = 1 << 20;

/** After these the connection itself may be dead; after others it is as good as before. */
const LOST: readonly number[] = [status.UNAVAILABLE, status.DEADLINE_EXCEEDED];

interface StreamMeans {
  readonly toError: (error: ServiceError) => AskError;
  readonly exchange: Exchange;
  readonly fail: () => void;
}

function streamOf(call: Call, signal: AbortSignal, { toError, fail, exchange }: StreamMeans): XdsStream {
  let waiting: { readonly resolve: (bytes: Buffer) => void; readonly reject: (error: unknown) => void } | undefined;
  let ended: unknown;
  const end = (reason: unknown): void => {
    ended ??= reason;
    signal.removeEventListener('abort', giveUp);
    waiting?.reject(ended);
    waiting = undefined;
    call.cancel();
  };
  const giveUp = (): void => end(signal.reason);
  signal.addEventListener('abort', giveUp, { once: true });
  call.on('data', (bytes: Buffer) => {
    call.pause();
    waiting?.resolve(bytes);
    waiting = undefined;
  });
  call.on('error', (error: ServiceError) => {
    if (ended === undefined && LOST.includes(error.code)) fail();
    end(toError(error));
  });
  call.on('end', () => end(truncated(`${exchange.host} ended the stream without an answer to ${exchange.path}`)));
  return {
    ask(request) {
      const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
      if (signal.aborted) giveUp();
      if (ended !== undefined) reject(ended);
      else if (waiting !== undefined) reject(new Error('a stream is asked one question at a time'));
      else {
        waiting = { resolve, reject };
        call.write(request);
        call.resume();
      }
      return promise;
    },
    end: () => end(truncated('the stream was ended')),
  };
}
