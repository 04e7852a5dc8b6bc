import type { EnvoyDump } from '../model/envoy-config.ts';
import { ENVOY_SECTIONS } from '../model/envoy-resource.ts';
import { formatConfigTable } from '../sinks/report/config-table.ts';
import { indented, writeJsonList } from './config-json.ts';
import { printSection } from './config-parts.ts';
import { type Io, UserError } from './io.ts';

/**
 * Every section that is there: tables one below the other, or an object with a list of each and the bootstrap.
 * @throws UserError where there is none
 */
export function printAll(dump: EnvoyDump, output: 'table' | 'json', io: Io): void {
  const there = ENVOY_SECTIONS.filter((section) => dump.config?.[section] !== undefined || isListed(section, dump));
  if (there.length === 0) throw new UserError('there are no resources in what was given: is it a config dump?');
  const sections = there.map((section) => ({ section, ...printSection(section, dump, {}) }));
  if (output === 'table') io.stdout.write(sections.map(({ table }) => formatConfigTable(table)).join('\n'));
  else writeObject(sections, dump, io);
}

function isListed(section: string, { statuses }: EnvoyDump): boolean {
  return section === 'endpoints' && statuses !== undefined;
}

function writeObject(
  sections: readonly { readonly section: string; readonly rows: Iterable<unknown> }[],
  { config }: EnvoyDump,
  io: Io,
): void {
  let before = '{';
  for (const { section, rows } of sections) {
    io.stdout.write(`${before}\n  "${section}": `);
    writeJsonList(rows, io, '  ');
    before = ',';
  }
  const bootstrap = config?.bootstrap;
  if (bootstrap !== undefined) io.stdout.write(`,\n  "bootstrap": ${indented(bootstrap.body, '  ')}`);
  io.stdout.write('\n}\n');
}
