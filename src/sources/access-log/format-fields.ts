import { type RawRequest, UNSET } from './raw-request.ts';

/** What an operator may tell of a request. */
export type Field = keyof RawRequest;

/** The values that a format writes; the others stay unset. */
export type FieldTexts = Readonly<Partial<Record<Field, string>>>;

/** A whole request from what a format tells of it. Empty, as `omitEmptyValues` writes it, is unset. */
export function rawRequest(texts: FieldTexts): RawRequest {
  return {
    responseCode: texts.responseCode || UNSET,
    flags: texts.flags || UNSET,
    details: texts.details || UNSET,
    terminationDetails: texts.terminationDetails || UNSET,
    transportFailure: texts.transportFailure || UNSET,
    authority: texts.authority || UNSET,
    upstreamCluster: texts.upstreamCluster || UNSET,
    downstreamLocalAddress: texts.downstreamLocalAddress || UNSET,
    route: texts.route || UNSET,
  };
}
