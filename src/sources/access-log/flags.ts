import { OTHER_FLAG, shortFlagName } from '../../model/response-flag.ts';
import { UNSET } from './raw-request.ts';

const NONE: readonly string[] = Object.freeze([]);

/**
 * The flags of `URX,UF` or `-` as a sorted set, by their short names: their order differs by protocol and version.
 * Flags that are not in Envoy's table, as extensions may register them, are `other`.
 */
export function flagsOf(field: string): readonly string[] {
  if (field === UNSET) return NONE;
  const known = field.split(',').map((word) => shortFlagName(word) ?? OTHER_FLAG);
  return Object.freeze([...new Set(known)].sort());
}
