import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { type Duplex, pipeline } from 'node:stream';
import type { PodPort, PortForward } from '../../pod-port.ts';

/** A port of this machine that leads to a port of a pod, as `kubectl port-forward` makes one. */
export interface Bridge {
  /** `127.0.0.1:PORT`. */
  readonly address: string;
  /** Why the last connection did not get through; undefined where it did, or none was tried. */
  failure(): unknown;
  /** Cuts what is open, and listens no more. */
  close(): void;
}

/**
 * gRPC dials addresses, and takes no connection that is made already: it dials one of loopback, whose connections are
 * forwarded, each by one of its own. What is spoken is TLS with who answers in the pod; nothing of it is known here.
 */
export async function openBridge(portForward: PortForward, to: PodPort): Promise<Bridge> {
  const closed = new AbortController();
  const open = new Set<Socket>();
  let failure: unknown;
  const forward = async (socket: Socket): Promise<void> => {
    open.add(socket);
    socket.on('error', () => undefined).on('close', () => open.delete(socket));
    try {
      const inPod = await portForward.connect(to, closed.signal);
      failure = undefined;
      join(socket, inPod, (error) => {
        failure ??= error;
      });
    } catch (error) {
      failure = error;
      socket.destroy();
    }
  };
  const server = createServer((socket) => void forward(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    failure: () => failure,
    close() {
      closed.abort(new Error('the port is forwarded no more'));
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

/** Both ends go when one goes. What breaks in the pod is told: who dialled sees but an end. */
function join(socket: Socket, inPod: Duplex, onError: (error: unknown) => void): void {
  inPod.on('error', onError);
  pipeline(inPod, socket, () => inPod.destroy());
  pipeline(socket, inPod, () => socket.destroy());
}
