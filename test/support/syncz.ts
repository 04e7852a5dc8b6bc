import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { SyncAnswer } from '../../src/sources/istiod/answer-rows.ts';
import { readRecorded } from '../../src/sources/istiod/recorded.ts';

const FIXTURES = new URL('../fixtures/', import.meta.url);

/** The path of a recording under `test/fixtures`. */
export function fixturePath(name: string): string {
  return fileURLToPath(new URL(name, FIXTURES));
}

/** A recorded answer of `/debug/syncz`, as the exporter reads it. */
export async function readSyncz(name: string): Promise<SyncAnswer> {
  const answers = await readRecorded(createReadStream(fixturePath(name)), 1 << 30);
  return answers[0] ?? { proxies: [], skippedRows: 0 };
}

/** The rows of a recorded answer, for tests that change them. */
export async function readRows(name: string): Promise<Record<string, unknown>[]> {
  return JSON.parse(await readFile(fixturePath(name), 'utf8')) as Record<string, unknown>[];
}

/** Each line of a recorded `.jsonl.gz`. */
export async function readJsonLines(name: string): Promise<unknown[]> {
  const text = gunzipSync(await readFile(fixturePath(name))).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as unknown);
}
