import { qualifiedName, type Resource } from './resources.ts';

/** The body of a failure, `kind: Status`. */
export interface StatusBody {
  readonly message: string;
  readonly reason?: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly code: number;
  /** Only in the answer to an expired continue token: one to go on with. */
  readonly continue?: string;
}

/** A request that is not served. Each wording is as a real API server (1.36) answered. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** A Status object, or plain text where the server's router answers. */
  readonly body: StatusBody | { readonly text: string; readonly code: number };
  readonly headers: Readonly<Record<string, string>>;

  constructor(body: Refusal['body'], headers: Readonly<Record<string, string>> = {}) {
    super('text' in body ? body.text : body.message);
    this.body = body;
    this.headers = headers;
  }
}

const NO_SNIFF = { 'X-Content-Type-Options': 'nosniff' };

/** The whole Status object of a failure, in the order in which the API server writes its keys. */
export function statusObject({ message, reason, details, code, continue: token }: StatusBody): object {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: token === undefined ? {} : { continue: token },
    status: 'Failure',
    message,
    ...(reason !== undefined && { reason }),
    ...(details !== undefined && { details }),
    code,
  };
}

export function unauthorized(): Refusal {
  return new Refusal({ message: 'Unauthorized', reason: 'Unauthorized', code: 401 });
}

/** Who asks for what, for a 403. */
export interface Asked {
  readonly user: string;
  readonly verb: string;
  readonly group: string;
  readonly plural: string;
  readonly subresource?: string | undefined;
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
}

export function forbidden({ user, verb, group, plural, subresource, namespace, name }: Asked): Refusal {
  const resource = subresource === undefined ? plural : `${plural}/${subresource}`;
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = qualifiedName({ plural, group });
  return new Refusal(
    {
      message: `${what}${name === undefined ? '' : ` "${name}"`} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`,
      reason: 'Forbidden',
      details: { ...named(name), ...grouped(group), kind: plural },
      code: 403,
    },
    NO_SNIFF,
  );
}

/** A kind or path that nobody serves: plain text by the router. */
export function pageNotFound(): Refusal {
  return new Refusal({ text: '404 page not found\n', code: 404 }, NO_SNIFF);
}

/** An unknown resource of the core group, which is answered by a Status. */
export function resourceNotFound(): Refusal {
  const message = 'the server could not find the requested resource';
  return new Refusal({ message, reason: 'NotFound', details: {}, code: 404 });
}

export function objectNotFound(resource: Resource, name: string): Refusal {
  return new Refusal({
    message: `${qualifiedName(resource)} "${name}" not found`,
    reason: 'NotFound',
    details: { name, ...grouped(resource.group), kind: resource.plural },
    code: 404,
  });
}

export function alreadyExists(resource: Resource, name: string): Refusal {
  return new Refusal({
    message: `${qualifiedName(resource)} "${name}" already exists`,
    reason: 'AlreadyExists',
    details: { name, ...grouped(resource.group), kind: resource.plural },
    code: 409,
  });
}

export function conflict(resource: Resource, name: string): Refusal {
  return new Refusal({
    message: `Operation cannot be fulfilled on ${qualifiedName(resource)} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
    reason: 'Conflict',
    details: { name, ...grouped(resource.group), kind: resource.plural },
    code: 409,
  });
}

/** One field that does not validate. */
export interface FieldFault {
  /** `leases.coordination.k8s.io` or `PodLogOptions`: what is invalid, as the server words it. */
  readonly what: string;
  readonly kind: string;
  readonly group?: string;
  readonly name: string;
  readonly field: string;
  readonly reason: 'FieldValueInvalid' | 'FieldValueForbidden';
  readonly message: string;
}

export function invalid({ what, kind, group = '', name, field, reason, message }: FieldFault): Refusal {
  return new Refusal({
    message: `${what} "${name}" is invalid: ${field}: ${message}`,
    reason: 'Invalid',
    details: { ...named(name || undefined), ...grouped(group), kind, causes: [{ reason, message, field }] },
    code: 422,
  });
}

export function badRequest(message: string): Refusal {
  return new Refusal({ message, reason: 'BadRequest', code: 400 });
}

export function methodNotAllowed(): Refusal {
  const message = 'the server does not allow this method on the requested resource';
  return new Refusal({ message, reason: 'MethodNotAllowed', details: {}, code: 405 });
}

export function notAcceptable(): Refusal {
  const message = '406: Not Acceptable\n\nAvailable representations: application/json, application/json;stream=watch';
  return new Refusal({ message, reason: 'NotAcceptable', details: {}, code: 406 });
}

/** A continue token whose list is no longer known; the token inside goes on with what there is now. */
export function expiredToken(next: string): Refusal {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.';
  return new Refusal({ message, reason: 'Expired', code: 410, continue: next });
}

export function expiredVersion(): Refusal {
  return new Refusal({
    message: 'The resourceVersion for the provided list is too old.',
    reason: 'Expired',
    code: 410,
  });
}

export function versionTooLarge(asked: number, current: number): Refusal {
  return new Refusal(
    {
      message: `Timeout: Too large resource version: ${asked}, current: ${current}`,
      reason: 'Timeout',
      details: {
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
        retryAfterSeconds: 1,
      },
      code: 504,
    },
    { 'Retry-After': '1' },
  );
}

/** A resourceVersion that is no number is, of all things, a 500. */
export function unreadableVersion(text: string): Refusal {
  const message = `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
  return new Refusal({ message, code: 500 });
}

export function tooManyRequests(): Refusal {
  return new Refusal(
    { text: 'Too many requests, please try again later.\n', code: 429 },
    { 'Retry-After': '1', ...NO_SNIFF },
  );
}

function named(name: string | undefined): object {
  return name === undefined ? {} : { name };
}

function grouped(group: string): object {
  return group === '' ? {} : { group };
}
