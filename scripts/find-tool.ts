import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const TOOLS = fileURLToPath(new URL('../.tools/', import.meta.url));

/**
 * Finds a program that tests compare with or drive: first where `test-tools.ts` puts it, then on PATH.
 * A test without its tool says so: `test('…', {skip: tool === undefined && 'promtool is not here'}, …)`.
 */
export function findTool(name: string): string | undefined {
  const places = [join(TOOLS, 'bin'), ...(process.env['PATH'] ?? '').split(':')];
  return places.map((place) => join(place, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
