import type { EnvoyDump } from '../../model/envoy-config.ts';
import { EnvoyAnswerError } from '../envoy/envoy-answer-error.ts';
import { readEnvoyAnswer } from '../envoy/read-answer.ts';
import type { BundleEntry } from './entry.ts';
import type { EntryRole } from './entry-role.ts';
import { readClustersText } from './read-clusters-text.ts';
import { EntryProblem, wholeText } from './whole-text.ts';

/** Longest answer taken: a mesh of 10,000 services makes dumps of some 50 MiB. */
const LIMIT_BYTES = 128 * 1024 ** 2;

/** Reads one answer of an Envoy's admin port. @throws EntryProblem, BundleCut */
export async function readEnvoyEntry(
  entry: BundleEntry,
  { part }: Extract<EntryRole, { kind: 'envoy' }>,
): Promise<EnvoyDump> {
  try {
    if (part === 'clusters' && !/json/.test(entry.path)) return await readText(entry);
    const dump = await readEnvoyAnswer(entry.chunks(), LIMIT_BYTES);
    if (dump.config?.spelling === 'camel')
      throw new EntryProblem("it is written as istiod or istioctl write it; Envoy's own answer is wanted");
    return dump;
  } catch (error) {
    if (error instanceof EnvoyAnswerError) throw new EntryProblem(error.message, { cause: error });
    throw error;
  }
}

async function readText(entry: BundleEntry): Promise<EnvoyDump> {
  const statuses = readClustersText(await wholeText(entry, LIMIT_BYTES));
  if (statuses === undefined) throw new EntryProblem("it is not Envoy's answer to /clusters");
  return { statuses };
}
