import { randomBytes, randomUUID } from 'node:crypto';

/** The version of one push: when its configuration was cut, and its number in this istiod's life. */
export interface PushVersion {
  /** Epoch milliseconds; istiod writes whole seconds. */
  readonly atMs: number;
  readonly number: number;
}

/** `2026-11-21T02:23:48Z/5`: of what was cut from one state of the mesh. */
export function versionInfo({ atMs, number }: PushVersion): string {
  return `${seconds(atMs)}/${number}`;
}

/** `2026-11-21T02:23:48Z/58c024136-0131-492c-86e7-7b6802c8ee8d`: time, slash, push number, and a UUID for each message. */
export function newNonce({ atMs, number }: PushVersion): string {
  return `${seconds(atMs)}/${number}${randomUUID()}`;
}

/** A nonce that is the same whenever it is asked for, for proxies of whom nothing is stored. */
export function steadyNonce({ atMs, number }: PushVersion, of: number): string {
  const tail = (of * 2_654_435_761 + number).toString(16).padStart(12, '0').slice(-12);
  return `${seconds(atMs)}/${number}00000000-0000-4000-8000-${tail}`;
}

/** A Go time of nanoseconds. */
export function goTime(ms: number): string {
  const beyond = String(randomBytes(3).readUIntBE(0, 3) % 1_000_000).padStart(6, '0');
  return new Date(ms).toISOString().replace('Z', `${beyond}Z`);
}

function seconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
