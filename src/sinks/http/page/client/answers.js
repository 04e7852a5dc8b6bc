// @ts-check
import { ofCluster } from './cluster.js';

/** Longer than this, and the exporter counts as silent. */
const PATIENCE_MS = 15_000;

/** What a version of the exporter always answers alike: it is asked for once. */
const FIXED = new Set(['page/response-flags.json', 'page/runbooks.json']);

/** The server answered, and says that this cannot be had. */
export class Refused extends Error {}

/** The server answered, and says that it cannot now: it stands by, is asked too much, or is in trouble. */
class NotNow extends Error {}

/**
 * @param {string} path relative, so that the page works behind a proxy that puts a path in front
 * @param {number} [patienceMs]
 * @returns {Promise<any>}
 * @throws Refused, or whatever fetch throws
 */
export async function ask(path, patienceMs = PATIENCE_MS) {
  const answer = await fetch(ofCluster(path), {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(patienceMs),
  });
  if (answer.ok) return answer.json();
  // Whoever stands between may say it in its own way.
  const body = await answer.json().catch(() => undefined);
  const words = typeof body?.error === 'string' ? body.error : `it answered ${answer.status}`;
  throw answer.status === 429 || answer.status >= 500 ? new NotNow(words) : new Refused(words);
}

/**
 * Why there is no answer.
 * @param {unknown} error
 */
export function wordsOf(error) {
  if (error instanceof Refused || error instanceof NotNow) return error.message;
  if (error instanceof DOMException && error.name === 'TimeoutError') return 'no answer in time';
  return error instanceof SyntaxError ? 'its answer is not JSON' : 'no connection';
}

/** What was answered last, by path. */
export function createAnswers() {
  /** @type {Map<string, { body?: any, refusal?: string }>} */
  const known = new Map();
  return {
    /** @param {string} path */
    get: (path) => known.get(path),
    /**
     * @param {readonly string[]} paths
     * @returns {Promise<string | undefined>} why something was not answered
     */
    async update(paths) {
      const wanted = paths.filter((path) => !(FIXED.has(path) && known.has(path)));
      const troubles = await Promise.all(
        wanted.map(async (path) => {
          try {
            known.set(path, { body: await ask(path) });
          } catch (error) {
            if (!(error instanceof Refused)) return wordsOf(error);
            known.set(path, { refusal: error.message });
          }
          return undefined;
        }),
      );
      return troubles.find((trouble) => trouble !== undefined);
    },
    /** @param {readonly string[]} paths */
    keepOnly(paths) {
      for (const path of known.keys()) if (!paths.includes(path)) known.delete(path);
    },
    forgetFixed() {
      for (const path of FIXED) known.delete(path);
    },
  };
}
