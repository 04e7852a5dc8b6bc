import { type Document, isAlias, parseAllDocuments, visit } from 'yaml';
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
  const objects: FileObject[] = [];
  const problems: string[] = [];
  for (const { name, text: content } of files) {
    const documents = parseAllDocuments(content, { prettyErrors: true, logLevel: 'error' });
    // An empty text is no document at all.
    for (const document of Array.isArray(documents) ? documents : []) {
      const problem = problemOf(document);
      if (problem !== undefined) problems.push(`${name}: ${problem}`);
      else objects.push(...unfold(document.toJS({ maxAliasCount: MAX_ALIASES })).map((raw) => ({ file: name, raw })));
    }
  }
  return { objects, problems };
}

function problemOf(document: Document): string | undefined {
  const [error] = document.errors;
  if (error !== undefined) return error.message.split('\n')[0]?.replace(/:$/, '');
  let aliases = 0;
  visit(document, (_key, node) => {
    if (isAlias(node)) aliases += 1;
  });
  if (aliases > MAX_ALIASES) return `more than ${MAX_ALIASES} aliases; write the values out`;
  const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
  if (value === null || value === undefined || record(value) !== undefined) return undefined;
  return 'a document that is no object';
}

/** A list of a kind says in its own name what its items are, and recorded items may not. */
function unfold(value: unknown): readonly RawObject[] {
  const raw = record(value);
  if (raw === undefined) return [];
  const kind = text(raw['kind']) ?? '';
  if (!kind.endsWith('List') || !Array.isArray(raw['items'])) return [raw];
  const itemKind = kind.slice(0, -'List'.length);
  return records(raw['items']).flatMap((item) =>
    unfold({ ...(itemKind !== '' && { kind: itemKind, apiVersion: raw['apiVersion'] }), ...item }),
  );
}
