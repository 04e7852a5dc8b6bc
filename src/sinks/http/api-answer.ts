import { type Answer, jsonAnswer } from './answer.ts';
import { ApiRefusal } from './api-refusal.ts';

/** A JSON document that is made when it is asked for. */
export interface ApiDocument {
  readonly about: string;
  /** Why a query makes no sense; absent where none is read. */
  refuse?(query: URLSearchParams): string | undefined;
  /** @throws ApiRefusal where it cannot be had */
  document(query: URLSearchParams): unknown | Promise<unknown>;
}

/** The document, or why it cannot be had. */
export async function apiAnswer(
  api: Pick<ApiDocument, 'refuse' | 'document'>,
  query: URLSearchParams,
): Promise<Answer> {
  const error = api.refuse?.(query);
  if (error !== undefined) return jsonAnswer(400, { error });
  try {
    const document = await api.document(query);
    if (!Buffer.isBuffer(document)) return jsonAnswer(200, document);
    return { status: 200, type: 'application/json; charset=utf-8', body: document };
  } catch (refusal) {
    if (!(refusal instanceof ApiRefusal)) throw refusal;
    const { status, message, retryAfterSeconds } = refusal;
    const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
    return { ...jsonAnswer(status, { error: message }), headers };
  }
}
