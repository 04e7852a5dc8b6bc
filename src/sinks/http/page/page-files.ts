import { readdir, readFile } from 'node:fs/promises';
import { RESPONSE_FLAGS } from '../../../model/response-flag.ts';
import type { RunbooksByRung } from '../../runbooks/runbooks.ts';
import { type Answer, jsonAnswer, type Route } from '../answer.ts';

/** Beside this file in src as in dist: the client is not compiled, the browser gets what was written. */
const FOLDER = new URL('./client/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The page loads its own files and asks this server; nothing else, and nothing inline. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** The status page: what `/` answers, and the files it loads from `/page/`. */
export interface PageFiles {
  readonly home: Answer;
  readonly routes: readonly Route[];
}

/** Reads the page once, at the start: a few small files. */
export async function readPage(runbooks: RunbooksByRung): Promise<PageFiles> {
  const names = (await readdir(FOLDER)).filter((name) => (TYPES[endingOf(name)] ?? '') !== '').sort();
  const answers = new Map<string, Answer>();
  for (const name of names) answers.set(name, fileAnswer(name, await readFile(new URL(name, FOLDER))));
  const home = answers.get('index.html');
  if (home === undefined) throw new Error(`${FOLDER.pathname} lacks index.html: this installation is not whole`);
  answers.delete('index.html');
  // Not of the API: what it says is this program's own, and changes with it.
  answers.set('response-flags.json', jsonAnswer(200, RESPONSE_FLAGS));
  answers.set('runbooks.json', jsonAnswer(200, runbooks));
  return { home, routes: [...answers].map(([name, answer]) => ({ path: `/page/${name}`, answer: () => answer })) };
}

function fileAnswer(name: string, body: Buffer): Answer {
  const type = TYPES[endingOf(name)] ?? '';
  const answer = { status: 200, type, body };
  return name.endsWith('.html') ? { ...answer, headers: { 'Content-Security-Policy': PAGE_POLICY } } : answer;
}

function endingOf(name: string): string {
  return name.split('.').at(-1) ?? '';
}
