import { namesHost, type RawRequest, UNSET } from './raw-request.ts';

/** What a line says once its format is known. */
export interface AccessLine {
  readonly raw: RawRequest;
  /** When the request began, in epoch seconds; absent where the format does not tell. */
  readonly at?: number;
  /** `%UPSTREAM_HOST%` as written, `-` where it is not told. */
  readonly upstreamHost: string;
}

/**
 * What became of a line: `unclear` when it is an access line, but somebody may have written into it what is to be counted,
 * and undefined when it is none of this format.
 */
export type LineReading = AccessLine | 'unclear' | undefined;

/** 0 for TCP and for HTTP without a response. Upstreams may answer codes that no standard knows. */
const RESPONSE_CODE = /^(?:0|[1-9]\d{2}|-)$/;
/** Envoy's own flags are short capitals; extensions may register others. */
const FLAG_SET = /^(?:-|[A-Z]\w{0,39}(?:,[A-Z]\w{0,39}){0,31})$/;

/**
 * The line's decisive fields, without those that decide nothing here (`raw-request.ts`); undefined when the code or the
 * flags cannot be what Envoy writes, so that fields that stand in the wrong place are never counted.
 */
export function accessLine(
  fields: RawRequest,
  at: number | undefined,
  upstreamHost: string = UNSET,
): AccessLine | undefined {
  if (!RESPONSE_CODE.test(fields.responseCode) || !FLAG_SET.test(fields.flags)) return undefined;
  const { upstreamCluster } = fields;
  const raw = {
    ...fields,
    authority: namesHost(upstreamCluster) ? UNSET : fields.authority,
    downstreamLocalAddress: upstreamCluster === UNSET ? fields.downstreamLocalAddress : UNSET,
  };
  return at === undefined ? { raw, upstreamHost } : { raw, at, upstreamHost };
}
