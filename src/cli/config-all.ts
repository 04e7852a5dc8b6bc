import type { EnvoyDump } from '../model/envoy-config.ts';
import { ENVOY_SECTIONS } from '../model/envoy-resource.ts';
import { formatConfigTable } from '../sinks/report/config-table.ts';
import type { ConfigOutput } from './config-options.ts';
import { printSection } from './config-parts.ts';
import { configWriter } from './config-writer.ts';
import { type Io, UserError } from './io.ts';

/**
 * Every section that is there: tables one below the other, or an object with a list of each and the bootstrap.
 * @throws UserError where there is none
 */
export async function printAll(dump: EnvoyDump, output: ConfigOutput, io: Io): Promise<void> {
  const there = ENVOY_SECTIONS.filter((section) => dump.config?.[section] !== undefined || isListed(section, dump));
  if (there.length === 0) throw new UserError('there are no resources in what was given: is it a config dump?');
  const sections = there.map((section) => ({ section, ...printSection(section, dump, {}) }));
  if (output === 'table') {
    io.stdout.write(sections.map(({ table }) => formatConfigTable(table)).join('\n'));
    return;
  }
  const bootstrap = dump.config?.bootstrap;
  const writer = await configWriter(output, io);
  writer.object([
    ...sections.map(({ section, rows }) => ({ name: section, rows })),
    ...(bootstrap === undefined ? [] : [{ name: 'bootstrap', value: bootstrap.body }]),
  ]);
}

function isListed(section: string, { statuses }: EnvoyDump): boolean {
  return section === 'endpoints' && statuses !== undefined;
}
