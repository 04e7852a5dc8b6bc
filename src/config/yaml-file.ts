import { open } from 'node:fs/promises';
import { type Document, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type YAMLError } from 'yaml';
import type { Problem } from './problem.ts';

/** No configuration of ours comes near this. */
const MAX_BYTES = 1024 * 1024;
/** More aliases than this are an attack or an accident. */
const MAX_ALIASES = 100;

/** A file's content as plain data, and where each key stands. */
export interface YamlFile {
  readonly data: Readonly<Record<string, unknown>>;
  /** `FILE:LINE` of the key at this path or of its section; `FILE` where neither is there. */
  whereIs(path: readonly PropertyKey[]): string;
}

/** What of a kind of file is told where it is wrong. */
export interface YamlKind {
  /** Its first key, for who wrote something else. */
  readonly firstKey: string;
  /** Whether it may hold a password: then none of its words are repeated. */
  readonly holdsSecrets: boolean;
}

const CONFIG: YamlKind = { firstKey: 'istiod', holdsSecrets: false };

/** Reads a YAML file into plain data, or says everything that is wrong with it as YAML. */
export async function readYamlFile(file: string, kind?: YamlKind): Promise<YamlFile | readonly Problem[]> {
  try {
    return parseYaml(file, await readLimited(file), kind);
  } catch (error) {
    return [{ where: file, path: '', message: readFailure(error) }];
  }
}

/** The same for a text already read. */
export function parseYaml(
  file: string,
  text: string,
  { firstKey, holdsSecrets }: YamlKind = CONFIG,
): YamlFile | readonly Problem[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const wrong = [...document.errors, ...document.warnings];
  if (wrong.length > 0) return wrong.map((error) => yamlProblem(file, error, { lines, holdsSecrets }));
  let data: unknown;
  try {
    data = document.toJS({ maxAliasCount: MAX_ALIASES }) ?? {};
  } catch {
    return [
      {
        where: file,
        path: '',
        message: `more than ${MAX_ALIASES} aliases, or one of nothing; write the values out, in quotes`,
      },
    ];
  }
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    return [
      {
        where: `${file}:1`,
        path: '',
        message: `not a map of keys; write keys such as "${firstKey}:" with their values below`,
      },
    ];
  }
  return {
    data: data as Record<string, unknown>,
    whereIs: (path) => [file, lineOf(document, path, lines)].filter((part) => part !== undefined).join(':'),
  };
}

/** A small text file. @throws where it cannot be read, is larger than 1 MiB, or is no UTF-8; see `readFailure` */
export async function readLimited(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    // Read to the limit rather than trust the size: a pipe has none, and gives what it has piece by piece.
    let bytes = 0;
    let read: number;
    do {
      ({ bytesRead: read } = await handle.read(buffer, bytes, buffer.length - bytes, null));
      bytes += read;
    } while (read > 0 && bytes < buffer.length);
    if (bytes > MAX_BYTES) throw new Error(`larger than ${MAX_BYTES / 1024 ** 2} MiB; is this the right file?`);
    return new TextDecoder('utf-8', { fatal: true }).decode(buffer.subarray(0, bytes));
  } finally {
    await handle.close();
  }
}

/** Why a file could not be read, and what to do. */
export function readFailure(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'ENOENT':
      return 'no such file; check the path';
    case 'EACCES':
      return 'not readable; check its permissions and the user';
    case 'EISDIR':
      return 'a folder; name the file in it';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA':
      return 'not UTF-8 text; save it as UTF-8';
    default:
      return message;
  }
}

const REMEDIES: Readonly<Record<string, string>> = {
  DUPLICATE_KEY: 'a key stands here twice; keep one',
  TAB_AS_INDENT: 'a tab as indentation; use spaces',
  MULTIPLE_DOCS: 'a second document begins; keep one',
  MISSING_CHAR: 'a bracket, quote or colon is missing',
  MULTILINE_IMPLICIT_KEY: 'a key without its value; is a colon missing?',
  TAG_RESOLVE_FAILED: 'an unknown tag; write the plain value',
};

function yamlProblem(
  file: string,
  error: YAMLError,
  { lines, holdsSecrets }: { readonly lines: LineCounter; readonly holdsSecrets: boolean },
): Problem {
  const { line } = lines.linePos(error.pos[0]);
  const words = holdsSecrets ? 'put a value with signs of its own in quotes' : error.message.split('\n')[0];
  return { where: `${file}:${line}`, path: '', message: REMEDIES[error.code] ?? `not YAML: ${words}` };
}

function lineOf(document: Document, path: readonly PropertyKey[], lines: LineCounter): number | undefined {
  let node: unknown = document.contents;
  let line: number | undefined;
  for (const key of path) {
    const { at, below } = step(node, key);
    if (at?.range == null) break;
    ({ line } = lines.linePos(at.range[0]));
    node = below;
  }
  return line;
}

/** The node that stands for a key or an index, and what is below it. */
function step(node: unknown, key: PropertyKey): { readonly at?: Node; readonly below?: unknown } {
  if (isSeq(node)) return { at: node.items[Number(key)] as Node, below: node.items[Number(key)] };
  if (!isMap(node)) return {};
  const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key));
  return pair === undefined ? {} : { at: pair.key as Node, below: pair.value };
}
