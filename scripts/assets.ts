import { cpSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** What of `src` is not compiled but read as it is: the compiled scanner, and what browsers get. */
export function copyAssets(src: string, dist: string): void {
  for (const name of readdirSync(src, { recursive: true, encoding: 'utf8' })) {
    if (name.endsWith('.wasm') || /\/client\/[^/]+\.(html|js|css|svg)$/.test(name))
      cpSync(join(src, name), join(dist, name));
  }
}
