import { isResponseDetail } from '../../model/response-detail.ts';
import { type RawRequest, UNSET } from './raw-request.ts';
import { transportClass } from './transport-failure.ts';

/** What is said in words that are not known here. */
const OTHER = 'other';
/** Details of the codecs begin so; of those not known by name the codec is told. */
const CODEC = /^http[123](?=\.)/;

/** Why the stream to the server was reset, as Envoy names it in `upstream_reset_…{reason|…}` or `{reason,…}`. */
const RESET_REASONS = new Set([
  'remote_connection_failure',
  'local_connection_failure',
  'connection_failure',
  'connection_timeout',
  'connection_termination',
  'remote_reset',
  'local_reset',
  'remote_refused_stream_reset',
  'local_refused_stream_reset',
  'overflow',
  'protocol_error',
  'overload_manager_reset',
  'connect_error',
  'http1_premature_upstream_half_close',
]);

/**
 * A bounded class of why a request ended as it did (Envoy, "Response Code Details"): the first word of its details,
 * behind a colon why the stream was reset, and behind another what the transport failure is about. Every part comes
 * from a table: free text of a peer's never does. `""` when the line says nothing.
 */
export function detailsClass(raw: Pick<RawRequest, 'details' | 'terminationDetails' | 'transportFailure'>): string {
  const text = raw.details === UNSET ? raw.terminationDetails : raw.details;
  const words = text === UNSET ? [] : detailsWords(text);
  const transport = raw.transportFailure === UNSET ? [] : [transportClass(raw.transportFailure)];
  return [...words, ...transport].join(':');
}

function detailsWords(details: string): readonly string[] {
  const word = /^[^{[(:]*/.exec(details)?.[0] ?? '';
  if (!isResponseDetail(word)) return [CODEC.exec(word)?.[0] ?? OTHER];
  const reason = /^\{([a-z0-9_]+)/.exec(details.slice(word.length))?.[1];
  return reason !== undefined && RESET_REASONS.has(reason) ? [word, reason] : [word];
}
