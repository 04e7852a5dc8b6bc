import { join } from 'node:path';
import process from 'node:process';
import { findTool } from '../../scripts/find-tool.ts';
import { formatTable } from '../table.ts';
import { median, type Run, timeProgram } from '../timing.ts';
import { type Contestant, ours, PEERS } from './contestants.ts';
import { type LogName, makeLogFiles, warm } from './log-files.ts';
import { disagreement, readOurs } from './totals.ts';

export interface AccessLogBench {
  readonly lines: number;
  readonly rounds: number;
  readonly seed: number;
  readonly logs: readonly LogName[];
  /** Where the logs are written, and kept. */
  readonly folder: string;
}

/** Below this, starting a program weighs more than reading, and the goals say nothing. */
const GOALS_FROM_LINES = 1_000_000;

/** Compares programs on the same logs. Returns whether every goal was met and every total agreed. */
export async function benchAccessLog(bench: AccessLogBench): Promise<boolean> {
  const files = await makeLogFiles(bench.folder, bench.lines, bench.seed);
  let good = true;
  for (const log of bench.logs) {
    const bytes = warm(files[log]);
    console.log(`\n${log}: ${bench.lines} lines, ${Math.round(bytes / 1e6)} MB, median of ${bench.rounds} rounds\n`);
    const results = await race(log, files[log], bench);
    const verdicts = results.map((result) => judge(result, results[0], bench));
    console.log(
      formatTable(
        HEADER,
        verdicts.map(({ row }) => row),
      ),
    );
    good &&= verdicts.every(({ fine }) => fine);
  }
  return good;
}

interface Result {
  readonly contestant: Contestant;
  readonly runs: readonly Run[];
  /** What its totals say otherwise than ours. */
  readonly differs?: string;
}

/** All programs in turn, round after round: what else the machine does falls on all alike. */
async function race(log: LogName, file: string, bench: AccessLogBench): Promise<readonly Result[]> {
  const entered = [ours(log), ...PEERS[log]].flatMap((contestant) => {
    const program = contestant.program.includes('/') ? contestant.program : findTool(contestant.program);
    if (program === undefined) console.log(`${contestant.program} is not here: left out`);
    return program === undefined ? [] : [{ contestant, program, runs: [] as Run[] }];
  });
  const outputOf = (index: number): string => join(bench.folder, `output-${index}.txt`);
  // Node keeps what it compiled, as plain JavaScript of the package would be: TypeScript is not stripped in each run.
  const env = { ...process.env, LC_ALL: 'C', NODE_COMPILE_CACHE: join(bench.folder, 'compiled') };
  for (const { contestant, program } of entered) {
    if (program === process.execPath) await timeProgram([program, ...contestant.args('/dev/null')], outputOf(0), env);
  }
  for (let round = 0; round < bench.rounds; round++) {
    for (const [index, { contestant, program, runs }] of entered.entries()) {
      runs.push(await timeProgram([program, ...contestant.args(file)], outputOf(index), env));
    }
  }
  const totals = readOurs(outputOf(0));
  if (log !== 'hostile' && totals.access !== totals.all)
    throw new Error(`${totals.access} of ${totals.all} understood`);
  return entered.map(({ contestant, runs }, index) => {
    const differs = disagreement(totals, contestant.readTotals(outputOf(index)));
    return { contestant, runs, ...(differs === undefined ? {} : { differs }) };
  });
}

const HEADER = ['program', 'seconds', 'lines/s', 'peak MB', 'ours is', 'goal', ''] as const;

function judge(
  { contestant, runs, differs }: Result,
  first: Result | undefined,
  bench: AccessLogBench,
): { row: readonly string[]; fine: boolean } {
  const seconds = median(runs.map((run) => run.seconds));
  const ratio = median(runs.map((run, round) => run.seconds / (first?.runs[round]?.seconds ?? Number.NaN)));
  const peak = Math.max(...runs.map((run) => run.residentBytes));
  const { goal } = contestant;
  const missed = goal !== undefined && bench.lines >= GOALS_FROM_LINES && ratio < goal;
  const cells = [
    contestant.name,
    seconds.toFixed(3),
    String(Math.round(bench.lines / seconds)),
    String(Math.round(peak / 1e6)),
    contestant === first?.contestant ? '' : `${ratio.toFixed(ratio < 10 ? 2 : 1)} × as fast`,
    goal === undefined ? '' : `≥ ${goal} ×`,
    differs === undefined ? verdict(goal, missed, bench) : `differs: ${differs}`,
  ];
  return { row: cells, fine: !missed && differs === undefined };
}

function verdict(goal: number | undefined, missed: boolean, bench: AccessLogBench): string {
  if (goal === undefined) return '';
  if (bench.lines < GOALS_FROM_LINES) return `counts from ${GOALS_FROM_LINES} lines`;
  return missed ? 'MISSED' : 'met';
}
