import { readFile } from 'node:fs/promises';
import type { ClientConfigJson } from '../../src/demo/istiod/xds-wire.ts';
import { fixturePath } from './syncz.ts';

/** What `istioctl proxy-status -o json` showed of an answer to `istio.io/debug/syncz`. */
export interface RecordedStatus {
  readonly resources: readonly ClientConfigJson[];
  readonly controlPlane: { readonly identifier: string };
}

/** A recording under `test/fixtures/istioctl`; of two istiods, one after the other. */
export async function readRecordedStatus(name: string): Promise<readonly RecordedStatus[]> {
  const text = await readFile(fixturePath(`istioctl/${name}`), 'utf8');
  return text
    .split(/^(?=\{$)/m)
    .filter((part) => part.trim() !== '')
    .map((part) => JSON.parse(part) as RecordedStatus);
}
