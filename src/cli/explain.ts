import type { Command } from 'commander';
import { nearest } from '../config/problem.ts';
import { LADDER } from '../rungs/index.ts';
import { formatTable } from '../sinks/report/text-table.ts';
import { type RunbookTitle, readRunbook, runbookTitles } from '../sinks/runbooks/runbooks.ts';
import { type Io, UserError } from './io.ts';

/** `meshladder explain`: the runbook of an alert, for clusters without the internet and nights without a browser. */
export function configure(command: Command, io: Io): void {
  command
    .argument('[alert]', 'the name of an alert, as in IstioProxyStale; without one all are listed')
    .addHelpText('after', AFTER_HELP)
    .action(async (name: string | undefined) => {
      const titles = runbookTitles(LADDER);
      io.stdout.write(name === undefined ? list(titles) : await runbookOf(name, titles));
    });
}

const AFTER_HELP = `
  meshladder explain
  meshladder explain IstioProxyOutOfSync | less

The same pages are served by a running exporter at /runbooks/<Alert>.`;

function list(titles: readonly RunbookTitle[]): string {
  const rows = titles.map(({ name, severity, summary }) => [{ text: name }, { text: severity }, { text: summary }]);
  return formatTable(['ALERT', 'SEVERITY', 'WHAT HAS HAPPENED'], rows, false);
}

async function runbookOf(given: string, titles: readonly RunbookTitle[]): Promise<string> {
  const title = titles.find(({ name }) => name.toLowerCase() === given.toLowerCase());
  if (title === undefined) {
    const near = nearest(
      given,
      titles.map((title) => title.name),
    );
    const hint = near === undefined ? 'meshladder explain lists them' : `did you mean ${near}?`;
    throw new UserError(`${given}: no alert of that name; ${hint}`);
  }
  const text = await readRunbook(title.page);
  if (text === undefined) throw new UserError(`${title.name}: this installation came without its runbooks`);
  return text;
}
