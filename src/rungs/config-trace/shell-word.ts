/**
 * A name from a dump as a word of a command that a person copies into a shell; nothing where it is not one that Istio
 * would write.
 */
export function shellWord(name: string): string | undefined {
  if (!/^[\w.:|*][\w.:|*-]{0,300}$/.test(name)) return undefined;
  return /^[\w.:-]+$/.test(name) ? name : `'${name}'`;
}
