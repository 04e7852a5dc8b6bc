import { isNewer } from '../../model/newest-connections.ts';
import type { ProxyConnection } from '../../model/proxy.ts';
import { createBreather } from '../breathe.ts';
import { AskError, invalid } from './ask-error.ts';
import type { ConnectionTimes } from './connections.ts';
import type { CutHandlers } from './cut-array.ts';
import { decodeRow } from './decode.ts';

/** One istiod's answer to `/debug/syncz`, decoded. */
export interface SyncAnswer {
  /** Each proxy once, by its newest connection. */
  readonly proxies: readonly ProxyConnection[];
  /** Rows that could not be read. */
  readonly skippedRows: number;
}

/** Takes the rows in as they are cut. */
export interface AnswerRows extends CutHandlers {
  /** A row that is already decoded. */
  row(decoded: ReturnType<typeof decodeRow>): void;
  /**
   * The answer, after the last row.
   * @param times when connections were opened, where istiod told
   * @throws AskError `invalid` where no row at all could be read
   */
  finish(times?: ConnectionTimes): Promise<SyncAnswer>;
}

/** No istiod holds this many connections; what does is not to fill our memory. */
const MAX_ROWS = 100_000;

export function createAnswerRows(limitBytes: number): AnswerRows {
  const byName = new Map<string, ProxyConnection[]>();
  let rows = 0;
  let skippedRows = 0;
  const take = (connection: ProxyConnection): void => {
    const name = `${connection.name}.${connection.namespace}`;
    const known = byName.get(name);
    if (known === undefined) byName.set(name, [connection]);
    else known.push(connection);
  };
  const row = (decoded: ReturnType<typeof decodeRow>): void => {
    if (++rows > MAX_ROWS) throw tooManyRows(limitBytes);
    if (decoded === 'unreadable') skippedRows++;
    else if (decoded !== 'other') take(decoded);
  };
  return {
    row,
    element: (value) => row(decodeRow(value)),
    oversized() {
      rows++;
      skippedRows++;
    },
    async finish(times) {
      if (rows > 0 && skippedRows === rows) throw invalid('no row of the answer is one of /debug/syncz');
      return { proxies: await newestOfEach(byName, times), skippedRows };
    },
  };
}

function tooManyRows(limitBytes: number): AskError {
  return new AskError({ code: 'too_large', limitBytes, detail: `the answer has more than ${MAX_ROWS} rows` });
}

async function newestOfEach(
  byName: ReadonlyMap<string, readonly ProxyConnection[]>,
  times: ConnectionTimes | undefined,
): Promise<ProxyConnection[]> {
  const breathe = createBreather();
  const proxies: ProxyConnection[] = [];
  for (const [name, connections] of byName) {
    for (const newest of newestByCluster(withTimes(connections, times?.get(name)))) proxies.push(newest);
    await breathe();
  }
  return proxies;
}

/**
 * Both endpoints list connections in the order of their ids, so the nth connection of a proxy is the same in both,
 * unless one came or went between the two requests: then nothing is known.
 */
function withTimes(
  connections: readonly ProxyConnection[],
  opened: readonly (ProxyConnection['connectedAt'] | undefined)[] | undefined,
): readonly ProxyConnection[] {
  if (opened === undefined || opened.length !== connections.length) return connections;
  return connections.map((connection, nth) => {
    const connectedAt = opened[nth];
    return connectedAt === undefined ? connection : { ...connection, connectedAt };
  });
}

function newestByCluster(connections: readonly ProxyConnection[]): Iterable<ProxyConnection> {
  if (connections.length === 1) return connections;
  const newest = new Map<string | undefined, ProxyConnection>();
  for (const connection of connections) {
    const rival = newest.get(connection.cluster);
    if (rival === undefined || isNewer(connection, rival)) newest.set(connection.cluster, connection);
  }
  return newest.values();
}
