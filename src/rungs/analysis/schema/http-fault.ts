import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, numberAt, objectAt, textAt, valueAt } from '../../../model/spec-paths.ts';
import type { Problems } from './problems.ts';
import { badDuration } from './values.ts';

const GRPC_STATUSES: ReadonlySet<string> = new Set([
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED'],
  ...['INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
]);

/** `fault` of an HTTP rule. */
export function checkFault(fault: SpecObject | undefined, problems: Problems): void {
  if (fault === undefined) return;
  const delay = objectAt(fault, 'delay');
  const abort = objectAt(fault, 'abort');
  if (delay === undefined && abort === undefined) problems.error('a fault has neither delay nor abort');
  if (delay !== undefined) checkDelay(delay, problems);
  if (abort !== undefined) checkAbort(abort, problems);
}

function checkDelay(delay: SpecObject, problems: Problems): void {
  const percent = numberAt(delay, 'percent') ?? 0;
  if (percent < 0 || percent > 100) problems.error('fault.delay.percent is not between 0 and 100');
  checkFaultPercentage(delay, 'fault.delay', problems);
  if (hasAt(delay, 'exponentialDelay')) problems.error('fault.delay.exponentialDelay does not exist any more');
  else if (!hasAt(delay, 'fixedDelay')) problems.error('fault.delay has no fixedDelay');
  problems.check(badDuration(valueAt(delay, 'fixedDelay'), 'fault.delay.fixedDelay'));
}

function checkAbort(abort: SpecObject, problems: Problems): void {
  checkFaultPercentage(abort, 'fault.abort', problems);
  if (hasAt(abort, 'http2Error')) problems.error('fault.abort.http2Error does nothing yet');
  const grpc = textAt(abort, 'grpcStatus');
  if (grpc !== '' && !GRPC_STATUSES.has(grpc)) problems.error(`"${grpc}" is no gRPC status`);
  const status = numberAt(abort, 'httpStatus');
  if (status !== undefined && (status < 200 || status > 600)) problems.error(`the status ${status} is none`);
  if (status === undefined && !hasAt(abort, 'grpcStatus') && !hasAt(abort, 'http2Error')) {
    problems.warning('fault.abort says no status and does nothing');
  }
}

/** Envoy counts in millionths. */
function checkFaultPercentage(part: SpecObject, where: string, problems: Problems): void {
  const value = numberAt(part, 'percentage', 'value') ?? 0;
  if (value < 0 || value > 100) problems.error(`${where}.percentage is not between 0 and 100`);
  else if (value > 0 && value < 0.0001) problems.error(`${where}.percentage is less than 0.0001`);
}
