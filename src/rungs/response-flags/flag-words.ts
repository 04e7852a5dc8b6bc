import { findResponseFlag } from '../../model/response-flag.ts';
import { counted, firstOf, shortHost } from '../wording.ts';
import type { FlagCount } from './flag-counts.ts';

/** `UF on 40 of 1,030 requests to payment-svc`. */
export function briefOf({ flag, destination, direction, count, total }: FlagCount): string {
  const where = destination.startsWith('__')
    ? ''
    : ` ${direction === 'inbound' ? 'at' : 'to'} ${shortHost(destination)}`;
  return `${flag} on ${count.toLocaleString('en')} of ${counted(total, 'request')}${where}`;
}

/** With the commonest of its details. */
export function meaningOf({ flag, details }: FlagCount): string {
  const meaning = findResponseFlag(flag)?.meaning ?? 'a flag that is not in the table';
  const [[most] = ['']] = [...details].toSorted(([, one], [, other]) => other - one);
  return most === '' || most === 'via_upstream' ? meaning : `${meaning} (${most})`;
}

/** What details say where a connection fails for its TLS, or for want of it (`transportClass`, response_code_details). */
const TLS_DETAILS: readonly string[] = [
  'filter_chain_not_found',
  'certificate_verify_failed',
  'certificate_required',
  'certificate_expired',
  'unknown_ca',
  'wrong_version_number',
  'secret_not_supplied',
  'tls_error',
];

/** Where TLS fails, the answer is one rung, and not one flag, away. */
export function tlsHint(many: readonly FlagCount[]): readonly string[] {
  const told = TLS_DETAILS.filter((word) =>
    many.some(({ details }) => [...details.keys()].some((each) => each.includes(word))),
  );
  return told.length === 0
    ? []
    : [`${firstOf(told)}: client and server disagree on TLS; rung 5 (mtls) says who wants what`];
}
