import type { PortForward } from '../pod-port.ts';
import type { Clock } from '../source.ts';
import { type Access, onlyWay, type Way } from './access.ts';
import { eitherWay } from './either-way.ts';
import { fileTrust } from './file-trust.ts';
import { forwardedWay } from './forwarded-way.ts';
import { createHttpClient } from './http-client.ts';
import { httpWay } from './http-way.ts';
import { xdsWay } from './xds-way.ts';

/** Longest answer taken of one istiod, where nothing is said: an istiod with 10,000 proxies sends 18 MB. */
export const DEFAULT_LIMIT_BYTES: number = 128 << 20;

/** Which ways may be gone. */
export type AccessWish = 'auto' | 'http' | 'xds';

export interface WaysOptions {
  readonly access?: AccessWish;
  readonly caFile?: string | undefined;
  readonly timeoutMs: number;
  readonly limitBytes?: number;
  /** The debug port is asked through it, and in no other way. */
  readonly portForward?: PortForward | undefined;
}

/** The ways that may be gone, and how to give them up. */
export interface Ways {
  readonly access: Access;
  close(): Promise<void>;
}

/** @throws TypeError for xDS alone without a `caFile`; the config is checked before */
export function openWays(options: WaysOptions, clock: Pick<Clock, 'monotonicMs'>): Ways {
  const { access = 'auto', caFile, portForward, limitBytes = DEFAULT_LIMIT_BYTES } = options;
  const bounds = { deadlineMs: options.timeoutMs, limitBytes };
  if (portForward !== undefined)
    return { access: onlyWay(forwardedWay({ portForward, ...bounds })), close: async () => {} };
  const client = createHttpClient();
  const http = httpWay({ client, ...bounds });
  const xds = caFile === undefined ? undefined : xdsWay({ trust: fileTrust(caFile), ...bounds });
  return {
    access: accessBy(access, { http, xds, nowMs: () => clock.monotonicMs() }),
    async close() {
      xds?.close();
      await client.close();
    },
  };
}

export interface OpenedWays {
  readonly http: Way;
  /** Undefined where nobody knows by whom istiods are certified. */
  readonly xds: Way | undefined;
  /** Milliseconds that never jump. */
  readonly nowMs: () => number;
}

/** The ways that are wished for, of those there are. @throws TypeError for xDS alone where there is none */
export function accessBy(wish: AccessWish, { http, xds, nowMs }: OpenedWays): Access {
  if (wish === 'xds' && xds === undefined) throw new TypeError('istiod.access: xds needs istiod.caFile');
  if (xds === undefined || wish === 'http') return onlyWay(http);
  return wish === 'xds' ? onlyWay(xds) : eitherWay({ http, xds, nowMs });
}
