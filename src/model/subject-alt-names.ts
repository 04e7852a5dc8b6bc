/** One name of a certificate. */
export interface SubjectAltName {
  /** As Node calls it: `DNS`, `IP Address`, `URI`, `email`, `othername`. */
  readonly kind: string;
  /** An address of IPv6 is written out in full. */
  readonly value: string;
}

const ENTRY = /([\w ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;

/**
 * The names that Node writes as `DNS:a.example, IP Address:10.0.0.1` (`X509Certificate.subjectAltName`). One that holds a
 * comma or a quote is written as JSON, so that no name passes for two.
 * @returns undefined where the text does not read to its end
 */
export function subjectAltNames(text: string): readonly SubjectAltName[] | undefined {
  const entry = new RegExp(ENTRY);
  const names: SubjectAltName[] = [];
  while (entry.lastIndex < text.length) {
    const found = entry.exec(text);
    if (found === null) return undefined;
    const [, kind = '', value = ''] = found;
    names.push({ kind, value: unquoted(value) });
  }
  return names;
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}
