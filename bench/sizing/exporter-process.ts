import { spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { listening } from '../../scripts/listening.ts';
import { NODE_FLAGS } from '../../src/demo/exporter/child.ts';
import { type ProcessUsage, usageOf } from '../process-usage.ts';

/** The compiled program, as a package or an image runs it. */
const PROGRAM = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

export interface ExporterProcess {
  readonly url: string;
  usage(): ProcessUsage;
  stop(): Promise<void>;
}

/** @throws Error with what it said when it does not start */
export async function startExporter(configFile: string): Promise<ExporterProcess> {
  const args = [...NODE_FLAGS, PROGRAM, 'serve', '--config.file', configFile, '--web.listen-address', '127.0.0.1:0'];
  const child = spawn(process.execPath, [...args, '--log.format', 'json'], { stdio: ['ignore', 'ignore', 'pipe'] });
  const url = await listening(child.stderr);
  return {
    url,
    usage: () => usageOf(child.pid ?? 0),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      await once(child, 'close');
    },
  };
}
