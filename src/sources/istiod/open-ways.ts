import type { Clock } from '../source.ts';
import { type Access, onlyWay } from './access.ts';
import { eitherWay } from './either-way.ts';
import { createHttpClient } from './http-client.ts';
import { httpWay } from './http-way.ts';
import { xdsWay } from './xds-way.ts';

/** Longest answer taken of one istiod, where nothing is said: an istiod with 10,000 proxies sends 18 MB. */
export const DEFAULT_LIMIT_BYTES: number = 128 << 20;

export interface WaysOptions {
  readonly access?: 'auto' | 'http' | 'xds';
  readonly caFile?: string | undefined;
  readonly timeoutMs: number;
  readonly limitBytes?: number;
}

/** The ways that may be gone, and how to give them up. */
export interface Ways {
  readonly access: Access;
  close(): Promise<void>;
}

/** @throws TypeError for xDS alone without a `caFile`; the config is checked before */
export function openWays(options: WaysOptions, clock: Pick<Clock, 'monotonicMs'>): Ways {
  const { access = 'auto', caFile, timeoutMs: deadlineMs, limitBytes = DEFAULT_LIMIT_BYTES } = options;
  if (access === 'xds' && caFile === undefined) throw new TypeError('istiod.access: xds needs istiod.caFile');
  const client = createHttpClient();
  const http = httpWay({ client, deadlineMs, limitBytes });
  if (access === 'http' || caFile === undefined) return { access: onlyWay(http), close: () => client.close() };
  const xds = xdsWay({ caFile, deadlineMs, limitBytes });
  const nowMs = (): number => clock.monotonicMs();
  return {
    access: access === 'xds' ? onlyWay(xds) : eitherWay({ http, xds, nowMs }),
    async close() {
      xds.close();
      await client.close();
    },
  };
}
