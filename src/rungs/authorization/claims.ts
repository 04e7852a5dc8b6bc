import { specField, specObject } from '../../model/spec-fields.ts';
import { textPattern } from './text-pattern.ts';

type Claims = Readonly<Record<string, unknown>>;

/** Claims whose text is a list with spaces between; Istio takes them apart. */
const SPACED = ['scope', 'permission'];

/** The names in `[a][b]`; undefined for anything else. */
export function claimPath(brackets: string): readonly string[] | undefined {
  if (!/^(\[[^[\]]+\])+$/.test(brackets)) return undefined;
  return brackets.slice(1, -1).split('][');
}

/** The texts of a claim, which may be one or a list; none where it is missing or holds something else. */
export function claimTexts(claims: Claims, path: readonly string[]): readonly string[] {
  let value: unknown = claims;
  for (const name of path) value = specField(specObject(value), name);
  const [first = ''] = path;
  if (typeof value === 'string') return path.length === 1 && SPACED.includes(first) ? value.split(' ') : [value];
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Whether issuer and subject match `ISSUER/SUBJECT`, either of which may be a short pattern at the outer end. */
export function requestPrincipalPattern(value: string): (claims: Claims) => boolean {
  const [issuer, subject] = issuerAndSubject(value);
  return (claims) => {
    const { iss, sub } = claims;
    return typeof iss === 'string' && typeof sub === 'string' && issuer(iss) && subject(sub);
  };
}

type TextTest = (text: string) => boolean;

/** An issuer may hold slashes: the last one parts. */
function issuerAndSubject(value: string): readonly [TextTest, TextTest] {
  const slash = value.lastIndexOf('/');
  const present = textPattern('*');
  const exactly = (wanted: string): TextTest => {
    return (text) => text === wanted;
  };
  const issuer = slash < 0 ? value : value.slice(0, slash);
  const subject = slash < 0 ? '' : value.slice(slash + 1);
  if (value === '*') return [present, present];
  if (value.startsWith('*')) return slash < 0 ? [present, textPattern(value)] : [textPattern(issuer), exactly(subject)];
  if (value.endsWith('*')) return slash < 0 ? [textPattern(value), present] : [exactly(issuer), textPattern(subject)];
  return [exactly(issuer), exactly(subject)];
}
