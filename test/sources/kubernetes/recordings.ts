import { readFileSync } from 'node:fs';
import type { RawObject } from '../../../src/sources/kubernetes/kube-api.ts';

const FIXTURES = new URL('../../fixtures/', import.meta.url);

/** The items of a list that a real API server gave. */
export function recordedList(name: string): RawObject[] {
  return (JSON.parse(recordedText(`objects/${name}.json`)) as { items: RawObject[] }).items;
}

export function recordedText(path: string): string {
  return readFileSync(new URL(path, FIXTURES), 'utf8');
}

/** The items of a recorded list, mapped, by name; what is none of ours is left out. */
export function mapRecorded<T>(name: string, map: (raw: RawObject) => T | undefined): Map<string, T> {
  const mapped = new Map<string, T>();
  for (const item of recordedList(name)) {
    const value = map(item);
    if (value !== undefined) mapped.set((item['metadata'] as { name: string }).name, value);
  }
  return mapped;
}
