import { badRequest } from './refusal.ts';

/** Where a list goes on: objects behind `after`, as they were at `version`. */
export interface ListPosition {
  /** -1: as they are now, after the version asked for was forgotten. */
  readonly version: number;
  /** Key of the last object given, relative to what the list covers. */
  readonly after: string;
}

/** The token in `metadata.continue`: base64url of JSON, as the API server (`meta.k8s.io/v1`) makes it. */
export function writeToken({ version, after }: ListPosition): string {
  // A position of its own has no leading slash once the version is given up: so it was seen.
  const start = `${version === -1 ? '' : '/'}${after}\0`;
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start })).toString('base64url');
}

/** @throws Refusal 400 for what is no such token */
export function readToken(token: string): ListPosition {
  const stray = /[^A-Za-z0-9_-]/.exec(token)?.index ?? (token.length % 4 === 1 ? token.length - 1 : undefined);
  if (stray !== undefined) throw unreadable(`illegal base64 data at input byte ${stray}`);
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(token, 'base64url').toString('utf8'));
  } catch {
    throw unreadable("invalid character '\\u009e' looking for beginning of value");
  }
  const { v, rv, start } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  if (v !== 'meta.k8s.io/v1') throw unreadable(`server does not recognize this encoded version "${String(v)}"`);
  if (typeof rv !== 'number' || !Number.isInteger(rv) || rv < -1 || typeof start !== 'string') {
    throw unreadable('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  }
  return { version: rv, after: start.replace(/^\//, '').replace(/\0$/, '') };
}

function unreadable(why: string): Error {
  return badRequest(`invalid continue token: continue key is not valid: ${why}`);
}
