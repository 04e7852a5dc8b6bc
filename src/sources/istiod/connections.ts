import type { EpochSeconds } from '../../model/brand.ts';
import { asFields, readTime } from './schema.ts';

/** When each connection was opened, by the proxy's `pod.namespace`, in istiod's order: one proxy may have several. */
export type ConnectionTimes = ReadonlyMap<string, readonly (EpochSeconds | undefined)[]>;

/** What `/debug/connections` told, row by row; rows that make no sense are left out. */
export interface ConnectionTimesCollector {
  take(value: unknown): void;
  times(): ConnectionTimes;
}

/** A connection id is the proxy's name and a counter of that istiod's: `cart-6c9d-abcde.shop-17`. */
const CONNECTION_ID = /^(.{1,400})-\d{1,20}$/;

export function createConnectionTimes(): ConnectionTimesCollector {
  const byProxy = new Map<string, (EpochSeconds | undefined)[]>();
  return {
    take(value) {
      const fields = asFields(value);
      const id = fields?.['connectionId'];
      const proxy = typeof id === 'string' ? CONNECTION_ID.exec(id)?.[1] : undefined;
      if (fields === undefined || proxy === undefined) return;
      const opened = readTime(fields['connectedAt']);
      const known = byProxy.get(proxy);
      if (known === undefined) byProxy.set(proxy, [opened]);
      else known.push(opened);
    },
    times: () => byProxy,
  };
}
