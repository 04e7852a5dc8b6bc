// @ts-check

/** Longer than this, and the exporter counts as silent. */
const PATIENCE_MS = 15_000;

/** The server answered, and says that this cannot be had. */
export class Refused extends Error {}

/**
 * @param {string} path relative, so that the page works behind a proxy that puts a path in front
 * @returns {Promise<unknown>}
 * @throws Refused, or whatever fetch throws
 */
export async function ask(path) {
  const answer = await fetch(path, {
    headers: { accept: 'application/json' },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  const body = await answer.json();
  if (answer.ok) return body;
  throw new Refused(typeof body?.error === 'string' ? body.error : `the exporter answered ${answer.status}`);
}
