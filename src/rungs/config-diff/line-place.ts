/** How far an item's name is looked for. */
const MAX_LOOK = 5_000;

/**
 * Where in a pretty-printed JSON text a line is, outermost first, items of lists by their names:
 * `virtual_hosts[cart.shop:80].routes[default].route`.
 * @param at counted from 0
 */
export function placeOfLine(lines: readonly string[], at: number): string {
  const parts: string[] = [];
  let indent = indentOf(lines[at]);
  for (let up = at - 1; up >= 0 && indent > 2; up--) {
    if (indentOf(lines[up]) >= indent) continue;
    indent = indentOf(lines[up]);
    parts.unshift(partOf(lines, up));
  }
  return parts
    .filter((part) => part !== '')
    .join('.')
    .replaceAll('.[', '[');
}

/** What opens on a line: a field's object or list by its key, an item of a list by its name where it has one. */
function partOf(lines: readonly string[], opens: number): string {
  const line = lines[opens] ?? '';
  const [, key] = /^\s*"(.*)": [[{]$/.exec(line) ?? [];
  if (key !== undefined) return key;
  const name = line.trim() === '{' ? nameOfItem(lines, opens) : undefined;
  return name === undefined ? '' : `[${name}]`;
}

function indentOf(line: string | undefined): number {
  return line === undefined ? 0 : line.length - line.trimStart().length;
}

/** The `name` of the item that opens on a line. */
function nameOfItem(lines: readonly string[], opens: number): string | undefined {
  const indent = indentOf(lines[opens]);
  for (let at = opens + 1; at < Math.min(lines.length, opens + MAX_LOOK); at++) {
    const line = lines[at] ?? '';
    if (indentOf(line) <= indent) return undefined;
    const [, name] = indentOf(line) === indent + 2 ? (/^\s*"name": "(.*)",?$/.exec(line) ?? []) : [];
    if (name !== undefined) return name;
  }
  return undefined;
}
