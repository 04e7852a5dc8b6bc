/**
 * One pino JSON line as `time=… level=… msg=… key=value`, the form that Prometheus' own programs write. Nested objects
 * become dotted keys, lists of words are joined by commas; an error gives its message, and its stack only where the line is an error.
 * @param json one line; anything that is not a JSON object comes back as it is
 */
export function logfmtLine(json: string): string {
  let fields: Record<string, unknown>;
  try {
    fields = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return json;
  }
  const { time, level, msg, ...rest } = fields;
  const pairs = [pair('time', time), pair('level', level), pair('msg', msg)];
  for (const [key, value] of Object.entries(rest)) add(pairs, key, value, level === 'error');
  return `${pairs.join(' ')}\n`;
}

function add(pairs: string[], key: string, value: unknown, withStack: boolean): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    pairs.push(pair(key, Array.isArray(value) ? listText(value) : value));
    return;
  }
  for (const [name, inner] of Object.entries(value)) {
    if (name === 'stack' && !withStack) continue;
    add(pairs, `${key}.${name}`, inner, withStack);
  }
}

/** A list of words as it is read: `istiod,kubernetes`. */
function listText(list: readonly unknown[]): string {
  return list.every((item) => typeof item === 'string') ? list.join(',') : JSON.stringify(list);
}

function pair(key: string, value: unknown): string {
  const text = String(value ?? '');
  // A newline or an escape character must not start a line or colour of its own, whoever wrote it.
  return `${key}=${/^[\w.:/@+%,-]+$/.test(text) ? text : JSON.stringify(text)}`;
}
