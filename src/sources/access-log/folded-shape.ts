import { isFailure, OTHER_FLAG } from '../../model/response-flag.ts';
import { OTHER, type RequestShape } from '../../model/traffic.ts';

/** Whether a shape is what others fold into, as when it comes back from a checkpoint. */
export function isFolded(shape: RequestShape): boolean {
  return shape.workload === OTHER;
}

/** Keeps namespace, direction, flags and details, and the class of the code: rates of flags stay right. */
export function foldedByNamespace(shape: RequestShape): RequestShape {
  return Object.freeze({
    ...foldedByAll(shape),
    proxyNamespace: shape.proxyNamespace,
    direction: shape.direction,
    flags: shape.flags,
    details: shape.details,
  });
}

/** Keeps the class of the code, and whether the request failed: there can be only a few of these. */
export function foldedByAll({ responseCode, flags, details }: RequestShape): RequestShape {
  return Object.freeze({
    proxyNamespace: OTHER,
    workload: OTHER,
    direction: 'unknown',
    destination: OTHER,
    subset: OTHER,
    route: OTHER,
    responseCode: Math.floor(responseCode / 100) * 100,
    flags: Object.freeze(flags.some(isFailure) ? [OTHER_FLAG] : []),
    details: details === '' || details === 'via_upstream' ? details : 'other',
  });
}
