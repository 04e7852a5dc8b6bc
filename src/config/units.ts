import { isIP } from 'node:net';
import type { ListenAddress, Milliseconds } from './config.ts';

/** What is wrong with a text, and what to write instead. */
export interface Unreadable {
  readonly problem: string;
}

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DURATION = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/;

/** `10s`, `1m30s`, `500ms`, `1.5h`. */
export function parseDuration(text: string): Milliseconds | Unreadable {
  if (!DURATION.test(text))
    return { problem: `not a duration: ${quote(text)}; write a number with a unit, as in 10s, 1m30s or 500ms` };
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g)) {
    sum += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  if (sum < 1) return { problem: `${quote(text)} is no time at all; write at least 1ms` };
  if (sum > 31 * 86_400_000) return { problem: `${quote(text)} is more than 31 days; write less` };
  return Math.round(sum) as Milliseconds;
}

const UNIT_BYTES: Readonly<Record<string, number>> = { '': 1, KiB: 1024, MiB: 1024 ** 2, GiB: 1024 ** 3 };

/** `64MiB`, `512KiB`, `1GiB`; a bare number is bytes. */
export function parseBytes(text: string): number | Unreadable {
  const match = /^(\d{1,12})(KiB|MiB|GiB)?$/.exec(text);
  const size = Number(match?.[1]) * (UNIT_BYTES[match?.[2] ?? ''] ?? 0);
  if (!(size > 0)) return { problem: `not a size: ${quote(text)}; write a number with KiB, MiB or GiB, as in 64MiB` };
  return size;
}

/** `:19012`, `127.0.0.1:0`, `[::1]:19012`, `localhost:19012`. */
export function parseListenAddress(text: string): ListenAddress | Unreadable {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  const [, ip6, name = ''] = match ?? [];
  const bad = match === null || port > 65_535 || (ip6 !== undefined && isIP(ip6) !== 6) || /[^\w.-]/.test(name);
  if (bad)
    return {
      problem: `not an address: ${quote(text)}; write HOST:PORT or :PORT, as in :19012, 127.0.0.1:19012 or [::1]:19012`,
    };
  const host = ip6 ?? name;
  return { host: host === '' ? undefined : host, port };
}

/** The other way, for messages. */
export function formatListenAddress({ host, port }: ListenAddress): string {
  return `${host?.includes(':') ? `[${host}]` : (host ?? '')}:${port}`;
}

/** `90000` as `1m30s`, for messages and summaries. */
export function formatDuration(ms: number): string {
  let left = ms;
  let text = '';
  for (const unit of ['d', 'h', 'm', 's', 'ms']) {
    const size = UNIT_MS[unit] ?? 1;
    const amount = Math.floor(left / size);
    left -= amount * size;
    if (amount > 0) text += `${amount}${unit}`;
  }
  return text === '' ? '0s' : text;
}

/** A value as a message shows it: on one line, cut, a URL's credentials hidden. */
export function quote(value: unknown): string {
  const text = (JSON.stringify(value) ?? String(value)).replace(/\/\/[^/@\s]*@/g, '//…@');
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
