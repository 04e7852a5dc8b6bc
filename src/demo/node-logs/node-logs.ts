import { join } from 'node:path';
import type { NodeLogFiles } from '../kube/server.ts';
import { createLogWriter, type LogWriter } from './container-log.ts';

/** A container whose log is on the node. */
export interface NodeContainer {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly container: string;
}

/** The pod logs of a node: `ROOT/NAMESPACE_POD_UID/CONTAINER/0.log`. */
export interface NodeLogs extends NodeLogFiles {
  readonly root: string;
  /** The log of a container; the same writer for the same container. */
  open(container: NodeContainer): LogWriter;
  /** Lines written in all logs. */
  lines(): number;
  close(): Promise<void>;
}

export interface NodeLogsOptions {
  readonly root: string;
  readonly rotateAtBytes: number;
  readonly now?: () => number;
}

export function createNodeLogs({ root, rotateAtBytes, now = Date.now }: NodeLogsOptions): NodeLogs {
  const writers = new Map<string, LogWriter>();
  const keyOf = ({ namespace, pod, container }: Omit<NodeContainer, 'uid'>): string =>
    `${namespace}/${pod}/${container}`;
  return {
    root,
    open(container) {
      const key = keyOf(container);
      const { namespace, pod, uid } = container;
      const file = join(root, `${namespace}_${pod}_${uid}`, container.container, '0.log');
      const writer = writers.get(key) ?? createLogWriter({ file, rotateAtBytes, now });
      writers.set(key, writer);
      return writer;
    },
    find: (container) => writers.get(keyOf(container)),
    lines: () => [...writers.values()].reduce((sum, writer) => sum + writer.lines(), 0),
    async close() {
      await Promise.all([...writers.values()].map((writer) => writer.close()));
    },
  };
}
