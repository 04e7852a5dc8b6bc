import type { EnvoyDump } from '../model/envoy-config.ts';
import { workloadOfPodName } from '../model/workload-name.ts';
import { oneLine } from '../sinks/report/text-table.ts';
import { BundleError } from '../sources/bundle/entry.ts';
import type { SavedPod } from '../sources/bundle/entry-role.ts';
import { type FoundEnvoy, readEnvoyOf } from '../sources/bundle/read-envoy-of.ts';
import type { AskedPod } from './config-pod-name.ts';
import { type Io, UserError } from './io.ts';

/** As many names as a person reads. */
const MAX_NAMES = 8;

/** What a proxy had answered when a bug report was made. @throws UserError where it is not in it */
export async function readBundleEnvoy(path: string, asked: AskedPod, io: Io): Promise<EnvoyDump> {
  const { found, problems, pods } = await read(path, asked, io);
  for (const problem of problems) io.stderr.write(`meshladder: ${path}: ${oneLine(problem, 400)}\n`);
  if (found !== undefined) return found.dump;
  const names = pods.map(({ namespace, name }) => oneLine(`${name}.${namespace}`, 200)).toSorted();
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  const there =
    names.length === 0 ? 'no proxy answered in it' : `it has ${names.slice(0, MAX_NAMES).join(', ')}${more}`;
  throw new UserError(`${path}: ${asked.name}.${asked.namespace} is not in it; ${there}`);
}

async function read(path: string, asked: AskedPod, { signal }: Io): Promise<FoundEnvoy> {
  try {
    return await readEnvoyOf(path, (pod) => isAsked(pod, asked), signal);
  } catch (error) {
    if (error instanceof BundleError) throw new UserError(`${path}: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Of an owner, any pod whose name tells that it is one of its own. */
function isAsked({ namespace, name }: SavedPod, asked: AskedPod): boolean {
  if (namespace !== asked.namespace) return false;
  return asked.of === 'pods' ? name === asked.name : workloadOfPodName(name) === asked.name;
}
