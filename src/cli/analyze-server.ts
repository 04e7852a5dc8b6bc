import { parseDuration } from '../config/units.ts';
import { isSuppressed, type Suppression } from '../model/suppression.ts';
import type { FindingsDocument, StandingFindingDocument } from '../sinks/report/findings-json.ts';
import { readFindings } from '../sinks/report/findings-read.ts';
import { urlOf } from '../sources/istiod/running-exporter.ts';
import { readExporterClient } from './exporter-client.ts';
import { askDocument } from './exporter-document.ts';
import { type Io, UserError } from './io.ts';
import { checkServer } from './status-options.ts';

export interface ServerQuestion {
  readonly server: string;
  readonly httpConfigFile?: string;
  readonly timeout: string;
  readonly namespace?: string;
  /** Beside those that the exporter is configured with. */
  readonly suppressions: readonly Suppression[];
}

/** What a running exporter found, and since when. @throws UserError where it cannot be had, or has not analysed yet */
export async function askFindings(
  { server, httpConfigFile, timeout, namespace, suppressions }: ServerQuestion,
  io: Io,
): Promise<FindingsDocument & { readonly findings: readonly StandingFindingDocument[] }> {
  const url = checkServer(server);
  const timeoutMs = parseDuration(timeout);
  if (typeof timeoutMs !== 'number') throw new UserError(`--timeout: ${timeoutMs.problem}`);
  const how = { timeoutMs, signal: io.signal, ...(await readExporterClient(httpConfigFile)) };
  const query = namespace === undefined ? {} : { query: { namespace } };
  const document = await askDocument({ server: url, name: 'findings', ...query }, how, readFindings);
  const { findings, suppressed } = document;
  if (findings === null) {
    throw new UserError(
      `${url} has not analysed anything yet: is it allowed to read the cluster? See ${urlOf(url, '/api/v1/status')}`,
    );
  }
  const shown = findings.filter((finding) => !isSuppressed(asFinding(finding), suppressions));
  return { ...document, findings: shown, suppressed: (suppressed ?? 0) + findings.length - shown.length };
}

function asFinding({ code, level, kind, namespace, name, text }: StandingFindingDocument) {
  return { code, level, object: { kind, namespace, name }, text };
}
