import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { buildImage } from './image-build.ts';
import { putNode, runImage, whyNotHere } from './image-run.ts';

/**
 * Builds the image by the Dockerfile's own steps without Docker, and runs it as a kubelet would, with these arguments or
 * its own: `node scripts/image.ts demo --once`. For machines where no base image can be had.
 */
const why = whyNotHere();
if (why !== undefined) {
  console.error(`the image cannot be run here: ${why}`);
  process.exit(2);
}
const context = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(join(tmpdir(), 'meshladder-image-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
const args = { REVISION: process.env['REVISION'] ?? '' };
const image = buildImage({
  context,
  scratch,
  args,
  base: (name, root) => name.includes('distroless') && putNode(root),
});
console.error(`built: ${[...image.entrypoint, ...image.cmd].join(' ')} as ${image.user}`);
const given = process.argv.slice(2);
const child = runImage(image, given.length === 0 ? {} : { args: given });
child.stdout?.pipe(process.stdout);
child.stderr?.pipe(process.stderr);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
child.on('exit', (code) => process.exit(code ?? 1));
