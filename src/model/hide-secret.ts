/** Fields that Envoy calls sensitive, or that its access loggers and tracers are given to log in. */
const SECRET = /^(private_?key|password|session_?ticket_?keys|access_?token|api_?key|token_?secret|generic_?secret)$/i;
const REDACTED = '[redacted]';

/**
 * As JSON.stringify calls it. Envoy hides secrets in its dumps by itself; istiod does not, nor whoever wrote a file by hand.
 * What only names a file, or another secret, is told.
 */
export function hideSecret(key: string, value: unknown): unknown {
  if (!SECRET.test(key)) return value;
  if (typeof value === 'string') return REDACTED;
  return typeof value === 'object' && value !== null ? withoutInline(value) : value;
}

function withoutInline(value: object): unknown {
  if (Array.isArray(value))
    return value.map((each: unknown) => (typeof each === 'object' && each !== null ? withoutInline(each) : REDACTED));
  const fields = Object.entries(value).map(([key, field]): [string, unknown] => {
    if (/^inline_?(string|bytes)$/i.test(key)) return [key, REDACTED];
    return [key, typeof field === 'object' && field !== null ? withoutInline(field as object) : field];
  });
  return Object.fromEntries(fields);
}
