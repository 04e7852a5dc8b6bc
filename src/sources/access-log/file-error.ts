import type { SourceError } from '../../model/source-error.ts';

/** Why a log could not be read, with the remedy for the folder of all logs. */
export function fileError(problem: unknown, root: string): SourceError {
  const { code = '', path = '' } = problem as NodeJS.ErrnoException;
  const what = path === '' ? root : path;
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return {
        code: 'not_found',
        detail: `${what} is not there: is accessLog.root right, and the node's folder mounted?`,
      };
    case 'EACCES':
    case 'EPERM':
      return {
        code: 'denied',
        status: 403,
        detail: `${what} may not be read: logs mostly belong to root; run with its group (runAsGroup: 0)`,
      };
    case 'EMFILE':
    case 'ENFILE':
      return { code: 'refused', detail: `too many open files (${code}): raise the limit of the process or the node` };
    default:
      return { code: 'invalid', detail: `${what} cannot be read${code === '' ? '' : ` (${code})`}` };
  }
}
