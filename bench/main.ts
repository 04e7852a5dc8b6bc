import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchAccessLog } from './access-log/bench.ts';
import { LOGS } from './access-log/log-files.ts';
import { benchLoad } from './load/bench.ts';
import { benchSizing } from './sizing/bench.ts';

const BENCHES: readonly string[] = ['access-log', 'load', 'sizing'];
const USAGE = `npm run bench -- [access-log | load | sizing] [options]

  access-log   log file to counters, beside mtail, mawk, grep and JSON.parse
    --lines N      lines of each log (default 2000000; about 4 GB in all)
    --rounds N     rounds of all programs in turn (default 5)
    --logs LIST    of text,cri,json,hostile (default all)
    --seed N       another traffic (default 1)
    --dir DIR      where logs are written and kept (default .tools/bench)
  load         the exporter before a mesh of many proxies
    --proxies N    proxies in the embedded mesh (default 10000)
    --minutes N    how long to watch (default 2)
    --profile      tell what ran in the longest blocks of the event loop
  sizing       what agents and centrals of several sizes need, for docs/sizing.md
    --minutes N    how long to watch each of them (default 2)

Without a name: the first two. Exit code 1 when a goal is missed or the programs' totals differ.`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    lines: { type: 'string', default: '2000000' },
    rounds: { type: 'string', default: '5' },
    logs: { type: 'string', default: LOGS.join(',') },
    seed: { type: 'string', default: '1' },
    dir: { type: 'string', default: fileURLToPath(new URL('../.tools/bench', import.meta.url)) },
    proxies: { type: 'string', default: '10000' },
    minutes: { type: 'string', default: '2' },
    profile: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

if (values.help || positionals.some((name) => !BENCHES.includes(name))) {
  console.log(USAGE);
  process.exitCode = values.help ? 0 : 2;
} else {
  const wanted = positionals.length === 0 ? ['access-log', 'load'] : positionals;
  let good = true;
  if (wanted.includes('access-log')) {
    good = await benchAccessLog({
      lines: wholeNumber('lines', values.lines),
      rounds: wholeNumber('rounds', values.rounds),
      seed: wholeNumber('seed', values.seed),
      logs: LOGS.filter((log) => values.logs.split(',').includes(log)),
      folder: values.dir,
    });
  }
  if (wanted.includes('load')) {
    const met = await benchLoad({
      proxies: wholeNumber('proxies', values.proxies),
      minutes: wholeNumber('minutes', values.minutes),
      profile: values.profile,
    });
    good &&= met;
  }
  if (wanted.includes('sizing')) await benchSizing(wholeNumber('minutes', values.minutes));
  process.exitCode = good ? 0 : 1;
}

function wholeNumber(name: string, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new Error(`--${name} must be a whole number above 0, not ${text}`);
  return Number(text);
}
