import type { MeshSnapshot } from '../model/snapshot.ts';
import { type BundleDocument, bundleDocument } from '../sinks/report/bundle-head.ts';
import type { BundleOptions } from './bundle-options.ts';
import { bundleSnapshot } from './bundle-snapshot.ts';
import { type Io, UserError } from './io.ts';

/** A bundle, read. */
export interface LookedBundle {
  readonly snapshot: MeshSnapshot;
  readonly document: BundleDocument;
}

/** Before this nobody wonders whether anything goes on. */
const PATIENCE_MS = 1_000;

/** @throws UserError for what is no bundle */
export async function lookIntoBundle(options: BundleOptions, io: Io): Promise<LookedBundle> {
  const { path, madeAt, rootNamespace } = options;
  const { readBundle } = await import('../sources/bundle/read-bundle.ts');
  const { BundleError } = await import('../sources/bundle/entry.ts');
  const progress = createProgress(io);
  try {
    const bundle = await readBundle(path, {
      signal: io.signal,
      ...(madeAt !== undefined && { madeAt }),
      onEntry: progress.tell,
    });
    const snapshot = bundleSnapshot(bundle, rootNamespace);
    return { snapshot, document: bundleDocument(bundle, snapshot) };
  } catch (error) {
    if (error instanceof BundleError) throw new UserError(`${path}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    progress.end();
  }
}

interface Progress {
  tell(): void;
  end(): void;
}

/** A line that counts entries, on a terminal, once it takes long. */
function createProgress({ stderr }: Io): Progress {
  const since = performance.now();
  let entries = 0;
  let told = false;
  return {
    tell() {
      entries += 1;
      if (stderr.isTTY !== true || performance.now() - since < PATIENCE_MS) return;
      told = true;
      stderr.write(`\rreading: ${entries} entries`);
    },
    end() {
      if (told) stderr.write('\r\u001b[K');
    },
  };
}
