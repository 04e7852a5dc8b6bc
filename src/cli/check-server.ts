import type { LadderDocument } from '../sinks/report/ladder-json.ts';
import { readLadder } from '../sinks/report/ladder-read.ts';
import { AskError } from '../sources/istiod/ask-error.ts';
import { askExporter, type ExporterPath, urlOf } from '../sources/istiod/running-exporter.ts';
import type { CheckOptions } from './check-options.ts';
import { readExporterClient } from './exporter-client.ts';
import { type Io, UserError } from './io.ts';

/** The ladder as a running exporter climbs it. @throws UserError where it cannot be had */
export async function askLadder(
  server: string,
  { about, timeoutMs, httpConfigFile }: Pick<CheckOptions, 'about' | 'timeoutMs' | 'httpConfigFile'>,
  io: Io,
): Promise<LadderDocument> {
  const how = { timeoutMs, signal: io.signal, ...(await readExporterClient(httpConfigFile)) };
  try {
    const document = readLadder(await askExporter(server, pathOf(about), how));
    if (document !== undefined) return document;
  } catch (error) {
    if (error instanceof AskError) throw new UserError(error.reason.detail, { cause: error });
    throw error;
  }
  throw new UserError(`${urlOf(server, '/api/v1/ladder')} is not what a meshladder exporter answers`);
}

function pathOf(about: CheckOptions['about']): ExporterPath {
  if (about === undefined) return '/api/v1/ladder';
  const { namespace, name, of = 'pods' } = about;
  const pod = name === undefined ? {} : { pod: of === 'pods' ? name : `${of}/${name}` };
  return `/api/v1/ladder?${new URLSearchParams({ namespace, ...pod })}`;
}
