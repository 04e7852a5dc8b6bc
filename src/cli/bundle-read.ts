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
  const { createBundleLooks } = await import('../app/bundle-looks.ts');
  const progress = createProgress(io);
  const looks = createBundleLooks();
  try {
    const bundle = await readBundle(path, {
      signal: io.signal,
      ...(madeAt !== undefined && { madeAt }),
      onEntry: progress.advance,
      onEnvoy: looks.take,
    });
    const inspections = looks.inspections(bundle.madeAt);
    const snapshot = { ...bundleSnapshot(bundle, rootNamespace), inspections };
    return { snapshot, document: bundleDocument(bundle, snapshot) };
  } catch (error) {
    if (error instanceof BundleError) throw new UserError(`${path}: ${error.message}`, { cause: error });
    throw error;
  } finally {
    progress.end();
  }
}

interface Progress {
  advance(): void;
  end(): void;
}

/** A line on a terminal, once it takes long: one file alone may take many seconds. */
function createProgress({ stderr }: Io): Progress {
  let entries = 0;
  let seconds = 0;
  if (stderr.isTTY !== true) return { advance: () => undefined, end: () => undefined };
  const timer = setInterval(() => {
    seconds += 1;
    stderr.write(`\rreading: ${entries} entries in ${seconds} s`);
  }, PATIENCE_MS);
  return {
    advance: () => {
      entries += 1;
    },
    end: () => {
      clearInterval(timer);
      if (seconds > 0) stderr.write('\r\u001b[K');
    },
  };
}
