import { AskError } from '../sources/istiod/ask-error.ts';
import { type AskExporterOptions, askExporter, type ExporterPath, urlOf } from '../sources/istiod/running-exporter.ts';
import { UserError } from './io.ts';

/** A document of a running exporter's API. */
export interface AskedDocument {
  /** As `checkServer` gives it. */
  readonly server: string;
  /** The last part of its path. */
  readonly name: 'findings' | 'ladder' | 'proxies' | 'status';
  readonly query?: Readonly<Record<string, string>>;
}

/**
 * Asks for it, and reads it.
 * @param read undefined for what is no such document
 * @throws UserError where it cannot be had
 */
export async function askDocument<T>(
  { server, name, query }: AskedDocument,
  how: AskExporterOptions,
  read: (document: unknown) => T | undefined,
): Promise<T> {
  const path: ExporterPath = `/api/v1/${name}`;
  try {
    const whole: ExporterPath = query === undefined ? path : `${path}?${new URLSearchParams(query)}`;
    const document = read(await askExporter(server, whole, how));
    if (document !== undefined) return document;
  } catch (error) {
    if (error instanceof AskError) throw new UserError(error.reason.detail, { cause: error });
    throw error;
  }
  throw new UserError(`${urlOf(server, path)} is not what a meshladder exporter answers`);
}
