import type { EnvoyConfig } from '../model/envoy-config.ts';
import { type DiffReport, diffJson } from '../sinks/report/diff-report.ts';
import { diffText } from '../sinks/report/diff-text.ts';
import { oneLine } from '../sinks/report/text-table.ts';
import { nameOf, readDump } from './config-dump.ts';
import { type Io, UserError } from './io.ts';

/** As commander gives them. */
export interface DiffFlags {
  readonly output: string;
  readonly color: boolean;
}

/** @throws UserError where the file is no config dump */
export async function readConfig(file: string, io: Io): Promise<EnvoyConfig> {
  const { config } = await readDump({ kind: 'files', files: [file], pod: undefined }, [], io);
  if (config === undefined) throw new UserError(`${nameOf(file)}: no config dump, but another answer of Envoy's`);
  return config;
}

/** @throws UserError for an output there is not */
export function writeDiff(report: DiffReport, { output, color }: DiffFlags, io: Io): void {
  if (output !== 'text' && output !== 'json') throw new UserError(`-o ${output}: give text or json`);
  for (const problem of report.problems) io.stderr.write(`meshladder: left out: ${oneLine(problem, 300)}\n`);
  const coloured = color && io.stdout.isTTY === true && !io.env['NO_COLOR'];
  io.stdout.write(
    output === 'json' ? `${JSON.stringify(diffJson(report), undefined, 2)}\n` : diffText(report, coloured),
  );
}

export function diffExitCode({ verdict }: DiffReport): number {
  return verdict === 'differs' ? 1 : verdict === 'same' ? 0 : 2;
}
