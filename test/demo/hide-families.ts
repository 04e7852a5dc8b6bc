import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { listenOnLoopback } from '../../src/demo/http/loopback.ts';
import { MAIN } from './demo-run.ts';

/**
 * Stands in for the exporter's program: the real one, but for some families that never get out. Whoever watches it must
 * say that these are missing, and nothing else.
 */
export function exportWithout(...families: readonly string[]): void {
  const hidden = new RegExp(`^(?:${families.join('|')})\\{.*\\n`, 'gm');
  const exporter = spawn(process.execPath, [MAIN, ...process.argv.slice(2)], { stdio: ['ignore', 'ignore', 'pipe'] });
  process.once('SIGTERM', () => exporter.kill('SIGTERM'));
  exporter.once('exit', (code) => process.exit(code ?? 1));
  createInterface({ input: exporter.stderr }).on('line', async (line) => {
    const address = /"address":"([^"]+)".*"msg":"listening"/.exec(line)?.[1];
    process.stderr.write(`${address === undefined ? line : line.replace(address, await censor(address, hidden))}\n`);
  });
}

/** @returns the address of a server that answers as the one at `address`, less what is hidden */
async function censor(address: string, hidden: RegExp): Promise<string> {
  const server = createServer(async (request, response) => {
    const answer = await fetch(`http://${address}${request.url}`);
    response.writeHead(answer.status).end((await answer.text()).replace(hidden, ''));
  });
  return `127.0.0.1:${await listenOnLoopback(server)}`;
}
