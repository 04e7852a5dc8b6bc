import { NO_SERVICES } from '../../model/known-services.ts';
import type { RequestShape } from '../../model/traffic.ts';
import { classify, type LineFormat } from './classify.ts';
import { readFrame } from './cri.ts';
import type { ProxyLogLine } from './scanner.ts';
import { shapeOf } from './shape.ts';

/** What one line says, without anything that a client chose. `partial`: only a piece of a line, as runtimes cut long ones. */
export type DecodedLine =
  | { readonly kind: 'access'; readonly shape: RequestShape }
  | { readonly kind: 'proxy_log'; readonly line: ProxyLogLine }
  | { readonly kind: 'partial' | 'unparsed' | 'other' };

const NO_ORIGIN = { namespace: '', workload: '' };

/** Reads one line, framed as on a node or bare. Where it came from, and what services there are, nobody knows here. */
export function decodeLine(text: string, format: LineFormat): DecodedLine {
  const frame = readFrame(text);
  const found = classify(frame?.message ?? text, format);
  if (found.kind === 'access') return { kind: 'access', shape: shapeOf(found.line.raw, NO_ORIGIN, NO_SERVICES) };
  return frame?.partial === true ? { kind: 'partial' } : found;
}
