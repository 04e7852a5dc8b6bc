import type { LadderDocument } from '../sinks/report/ladder-json.ts';
import { readLadder } from '../sinks/report/ladder-read.ts';
import type { CheckOptions } from './check-options.ts';
import { readExporterClient } from './exporter-client.ts';
import { type AskedDocument, askDocument } from './exporter-document.ts';
import type { Io } from './io.ts';

/** The ladder as a running exporter climbs it. @throws UserError where it cannot be had */
export async function askLadder(
  server: string,
  { about, timeoutMs, httpConfigFile }: Pick<CheckOptions, 'about' | 'timeoutMs' | 'httpConfigFile'>,
  io: Io,
): Promise<LadderDocument> {
  const how = { timeoutMs, signal: io.signal, ...(await readExporterClient(httpConfigFile)) };
  return askDocument({ server, name: 'ladder', ...queryOf(about) }, how, readLadder);
}

function queryOf(about: CheckOptions['about']): Pick<AskedDocument, 'query'> {
  if (about === undefined) return {};
  const { namespace, name, of = 'pods' } = about;
  const pod = name === undefined ? {} : { pod: of === 'pods' ? name : `${of}/${name}` };
  return { query: { namespace, ...pod } };
}
