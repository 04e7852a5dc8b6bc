import { type RawRequest, UNSET } from './raw-request.ts';

/** What an operator may tell of a request. */
export type Field = keyof RawRequest;

/** The values that a format writes; the others stay unset. */
export type Told = Readonly<Partial<Record<Field, string>>>;

/** A whole request from what a format tells of it. Empty, as `omitEmptyValues` writes it, is unset. */
export function rawRequest(told: Told): RawRequest {
  return {
    responseCode: told.responseCode || UNSET,
    flags: told.flags || UNSET,
    details: told.details || UNSET,
    terminationDetails: told.terminationDetails || UNSET,
    transportFailure: told.transportFailure || UNSET,
    authority: told.authority || UNSET,
    upstreamCluster: told.upstreamCluster || UNSET,
    downstreamLocalAddress: told.downstreamLocalAddress || UNSET,
    route: told.route || UNSET,
  };
}
