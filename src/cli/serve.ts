import type { Command } from 'commander';
import { StartError } from '../app/start-error.ts';
import { runExporter } from '../app.ts';
import type { Config } from '../config/config.ts';
import { systemClock } from '../runtime/clock.ts';
import { createLog } from '../runtime/log.ts';
import { type ConfigFlags, configFrom, declareConfigFlags } from './config-flags.ts';
import { type Io, UserError } from './io.ts';
import { REVISION, VERSION } from './version.ts';

/** `meshladder serve`: the exporter itself. */
export function configure(command: Command, io: Io): void {
  declareConfigFlags(command)
    .addHelpText('after', '\nRuns until SIGTERM or SIGINT; a second one ends it at once. Logs go to stderr.')
    .action(async (flags: ConfigFlags) => serve(await configFrom(flags, io), io));
}

async function serve(config: Config, io: Io): Promise<void> {
  const log = createLog(io.stderr, config.log.level, config.log.format);
  const build = { version: VERSION, revision: REVISION, nodeVersion: io.nodeVersion ?? '' };
  try {
    await runExporter({ config, env: io.env, log, clock: systemClock, build }, io.signal);
  } catch (error) {
    if (error instanceof StartError) throw new UserError(error.message, { cause: error });
    log.error({ err: error }, 'the exporter failed');
    throw new UserError('the exporter failed; the log says why', { cause: error, exitCode: 1 });
  }
}
