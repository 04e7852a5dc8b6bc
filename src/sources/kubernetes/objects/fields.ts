import { type EpochSeconds, epochSecondsFromMs } from '../../../model/brand.ts';
import type { Labels } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';

/** Readers of fields that the API server sent and nobody checked: each gives the value if it is what it should be. */

export function record(value: unknown): RawObject | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawObject) : undefined;
}

/** The objects of a list; anything else in it is left out. */
export function records(value: unknown): RawObject[] {
  return Array.isArray(value) ? value.filter((item) => record(item) !== undefined) : [];
}

/** The objects of a list that must hold nothing else. @throws Error when it is no such list */
export function onlyRecords(value: unknown, what: string): RawObject[] {
  const found = records(value);
  if (!Array.isArray(value) || found.length !== value.length) throw new Error(`its ${what} is no list of objects`);
  return found;
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The strings of a list; anything else in it is left out. */
export function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

export function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

const NO_LABELS: Labels = Object.freeze({});

/** Labels or annotations. Given as parsed where they are sound, which saves a copy of the commonest object there is. */
export function stringMap(value: unknown): Labels {
  const raw = record(value);
  if (raw === undefined) return NO_LABELS;
  for (const key of Object.keys(raw)) if (typeof raw[key] !== 'string') return onlyStrings(raw);
  return raw as Labels;
}

function onlyStrings(raw: RawObject): Labels {
  return Object.fromEntries(
    Object.entries(raw).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** RFC 3339, as Kubernetes writes times. */
export function timeOf(value: unknown): EpochSeconds | undefined {
  if (typeof value !== 'string') return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : epochSecondsFromMs(ms);
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/** Leaves out the fields that are undefined: unknown is absent. */
export function present<T extends object>(fields: T): Present<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Present<T>;
}
