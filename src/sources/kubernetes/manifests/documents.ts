import { LineCounter, parseAllDocuments } from 'yaml';
import type { RawObject } from '../kube-api.ts';
import { record, records, text } from '../objects/fields.ts';

/** One object as a file holds it, and where. */
export interface ManifestObject {
  /** `file`, or `file:line` where the line is known. */
  readonly place: string;
  readonly raw: RawObject;
}

/** A text with what to call it. */
export interface ManifestFile {
  readonly path: string;
  readonly text: string;
}

/** A file that is no YAML; its message names file and line. */
export class ManifestError extends Error {
  override readonly name = 'ManifestError';
}

/**
 * The objects of a file: documents of YAML, JSON, and the items of lists.
 * @throws ManifestError where it is neither YAML nor JSON
 */
export function objectsOfFile(file: ManifestFile): readonly ManifestObject[] {
  return documentsOf(file).flatMap(({ place, raw }) => itemsOf(place, raw));
}

function documentsOf(file: ManifestFile): readonly { readonly place: string; readonly raw: unknown }[] {
  const json = parseJson(file.text);
  return json === undefined ? yamlDocuments(file) : [{ place: file.path, raw: json }];
}

/** Lists of a cluster are large JSON, which YAML's parser reads too, only slowly. */
function parseJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function yamlDocuments({
  path,
  text: yaml,
}: ManifestFile): readonly { readonly place: string; readonly raw: unknown }[] {
  const lineCounter = new LineCounter();
  const documents = [...parseAllDocuments(yaml, { lineCounter, prettyErrors: false, logLevel: 'error' })];
  return documents.map((document) => {
    const [error] = document.errors;
    if (error !== undefined) {
      const { line } = lineCounter.linePos(error.pos[0]);
      throw new ManifestError(`${path}:${line}: no YAML: ${firstLine(error.message)}`);
    }
    const start = lineCounter.linePos(document.contents?.range?.[0] ?? document.range[0]);
    return { place: `${path}:${start.line}`, raw: unfolded(document, `${path}:${start.line}`) };
  });
}

/** Aliases that would unfold to more than a person ever wrote are an attack. */
function unfolded(document: { toJS(options: { maxAliasCount: number }): unknown }, place: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (cause) {
    throw new ManifestError(`${place}: ${firstLine(cause instanceof Error ? cause.message : 'cannot be read')}`, {
      cause,
    });
  }
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}

/** Items of a list such as `PodList` may leave out what the list says for all of them. */
function itemsOf(place: string, value: unknown): readonly ManifestObject[] {
  if (Array.isArray(value)) return value.flatMap((item) => itemsOf(place, item));
  const raw = record(value);
  if (raw === undefined) return [];
  const kind = text(raw['kind']) ?? '';
  if (!kind.endsWith('List') || !Array.isArray(raw['items'])) return [{ place, raw }];
  const own = kind === 'List' ? {} : { apiVersion: raw['apiVersion'], kind: kind.slice(0, -'List'.length) };
  return records(raw['items']).map((item) => ({ place, raw: { ...own, ...item } }));
}
