import { execFileSync } from 'node:child_process';
import process from 'node:process';

/** The commit that is built: from `REVISION`, else from git; `""` where neither knows, as in an unpacked archive. */
export function revision(root: string): string {
  const given = process.env['REVISION'];
  if (given !== undefined && given !== '') return given;
  try {
    return execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
