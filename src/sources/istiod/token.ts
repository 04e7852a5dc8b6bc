import { readFile } from 'node:fs/promises';
import { invalid } from './ask-error.ts';

/** What a token may hold; anything else would not pass as a header. */
const TOKEN = /^[!-~]+$/;

/**
 * The service-account token, read anew each time: the kubelet renews it long before it ends.
 * @param file none: no token is sent, which is enough on loopback and for istiods before 1.11
 * @throws AskError `invalid` where the file cannot be read or holds no token; its content is never shown
 */
export async function readToken(file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  const token = (await readText(file)).trim();
  if (TOKEN.test(token)) return token;
  throw invalid(`the token file ${file} ${token === '' ? 'is empty' : 'holds something else than one token'}`);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw invalid(`cannot read the token file ${file} (${code}): mount a projected token with audience istio-ca there`);
  }
}
