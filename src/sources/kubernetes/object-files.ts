import { type Document, parseAllDocuments } from 'yaml';
import type { RawObject } from './kube-api.ts';
import { record, records, text } from './objects/fields.ts';

/** A file of Kubernetes objects, already read. */
export interface ObjectFile {
  /** As a person would find it; for messages. */
  readonly name: string;
  readonly text: string;
}

/** An object, and the file it stands in. */
export interface FileObject {
  readonly file: string;
  readonly raw: RawObject;
}

export interface ReadObjects {
  readonly objects: readonly FileObject[];
  /** What cannot be read, each with its file and line. */
  readonly problems: readonly string[];
}

/** More aliases than this are an attack or an accident. */
const MAX_ALIASES = 100;

/**
 * Objects as `kubectl apply -f` reads them: YAML or JSON, several documents in a file, lists taken apart. What cannot be
 * read is told, and leaves the rest readable. Later objects of the same kind and name replace earlier ones elsewhere.
 */
export function readObjects(files: readonly ObjectFile[]): ReadObjects {
  const read = files.flatMap(({ name, text: content }) => valuesOf(content).map((value) => ({ name, value })));
  const objects = read.flatMap(({ name, value }) =>
    typeof value === 'string' ? [] : unfold(value).map((raw) => ({ file: name, raw })),
  );
  return {
    objects,
    problems: read.flatMap(({ name, value }) => (typeof value === 'string' ? [`${name}: ${value}`] : [])),
  };
}

/** What a document holds: an object, nothing, or what is wrong with it. */
type Value = RawObject | undefined | string;

function valuesOf(content: string): readonly Value[] {
  const json = parseJson(content);
  if (json !== undefined) return [json];
  try {
    return documentsOf(content).map(objectOf);
  } catch (error) {
    // Brackets in brackets, deeper than any object: the parser goes down with them.
    if (error instanceof RangeError) return ['nested too deeply'];
    throw error;
  }
}

/** Lists of a whole cluster are large JSON, which YAML's parser reads too, but slowly. */
function parseJson(content: string): RawObject | undefined {
  if (!/^\s*\{/.test(content)) return undefined;
  try {
    return record(JSON.parse(content));
  } catch {
    return undefined;
  }
}

/** An empty text is no document at all. */
function documentsOf(content: string): readonly Document[] {
  const documents = parseAllDocuments(content, { prettyErrors: true, logLevel: 'error' });
  return Array.isArray(documents) ? documents : [];
}

function objectOf(document: Document): Value {
  const [error] = document.errors;
  if (error !== undefined) return error.message.split('\n')[0]?.replace(/:$/, '') ?? 'not YAML';
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch {
    return `more than ${MAX_ALIASES} aliases, or one of nothing; write the values out`;
  }
  return record(value) ?? (value === null || value === undefined ? undefined : 'a document that is no object');
}

/** A list of a kind says in its own name what its items are, and recorded items may not. */
function unfold(raw: RawObject | undefined): readonly RawObject[] {
  if (raw === undefined) return [];
  const kind = text(raw['kind']) ?? '';
  if (!kind.endsWith('List') || !Array.isArray(raw['items'])) return [raw];
  const itemKind = kind.slice(0, -'List'.length);
  return records(raw['items']).flatMap((item) =>
    unfold({ ...(itemKind !== '' && { kind: itemKind, apiVersion: raw['apiVersion'] }), ...item }),
  );
}
