import { isSpecObject } from '../../model/spec-fields.ts';
import { KubeApiError, type RawObject } from './kube-api.ts';
import type { Line } from './line-splitter.ts';
import { peerWords } from './peer-words.ts';

/** One line of a watch. After a line that is `broken` an event may be lost: only a new list can tell. */
export type WatchEvent =
  | { readonly type: 'changed' | 'deleted'; readonly object: RawObject; readonly version: string | undefined }
  | { readonly type: 'bookmark'; readonly version: string | undefined }
  | { readonly type: 'error'; readonly error: KubeApiError }
  | { readonly type: 'broken'; readonly detail: string };

/** Reads a line of a watch; never throws. */
export function readWatchEvent(line: Line): WatchEvent {
  if ('droppedBytes' in line) return { type: 'broken', detail: `a line of ${line.droppedBytes} bytes is too long` };
  const event = parse(line.text);
  const object = event?.['object'];
  if (!isSpecObject(object)) return { type: 'broken', detail: 'a line is no watch event' };
  switch (event?.['type']) {
    case 'ADDED':
    case 'MODIFIED':
      return { type: 'changed', object, version: versionOf(object) };
    case 'DELETED':
      return { type: 'deleted', object, version: versionOf(object) };
    case 'BOOKMARK':
      return { type: 'bookmark', version: versionOf(object) };
    case 'ERROR':
      return { type: 'error', error: errorOf(object) };
    default:
      return { type: 'broken', detail: 'a watch event is of no known type' };
  }
}

/** An ERROR event carries a Status; 410 says that our version is too old. */
function errorOf(status: RawObject): KubeApiError {
  const code = typeof status['code'] === 'number' ? status['code'] : undefined;
  const words = peerWords(typeof status['message'] === 'string' ? status['message'] : 'no message');
  const detail = `the watch ended with an error event: ${code ?? 'no code'} ${words}`;
  return new KubeApiError({ code: 'invalid', detail }, code === undefined ? {} : { status: code });
}

function versionOf(object: RawObject): string | undefined {
  const metadata = object['metadata'];
  const version = isSpecObject(metadata) ? metadata['resourceVersion'] : undefined;
  return typeof version === 'string' && version !== '' ? version : undefined;
}

function parse(text: string): RawObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isSpecObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
