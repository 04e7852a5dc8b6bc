/** An address as its groups: 4 of 8 bits, or 8 of 16. */
interface Address {
  readonly groups: readonly number[];
  readonly groupBits: 8 | 16;
}

/** Whether an address lies in a block such as `10.0.0.0/8` or `fd00::/8`. False for anything that is not both. */
export function isInCidr(ip: string, cidr: string): boolean {
  const slash = cidr.lastIndexOf('/');
  const length = cidr.slice(slash + 1);
  const address = parseAddress(ip);
  const block = slash < 0 ? undefined : parseAddress(cidr.slice(0, slash));
  if (address === undefined || block === undefined || !/^\d{1,3}$/.test(length)) return false;
  return address.groupBits === block.groupBits && shareBits(address, block, Number(length));
}

function shareBits(one: Address, other: Address, length: number): boolean {
  const bits = one.groupBits;
  if (length > one.groups.length * bits) return false;
  for (const [at, group] of one.groups.entries()) {
    const left = length - at * bits;
    if (left <= 0) return true;
    const mask = left >= bits ? -1 : -1 << (bits - left);
    if (((group ^ (other.groups[at] ?? 0)) & mask & (2 ** bits - 1)) !== 0) return false;
  }
  return true;
}

function parseAddress(text: string): Address | undefined {
  const address = text.includes(':') ? parseV6(text) : parseV4(text);
  return address === undefined ? undefined : { groups: address, groupBits: address.length === 4 ? 8 : 16 };
}

function parseV4(text: string): readonly number[] | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part))) return undefined;
  const groups = parts.map(Number);
  return groups.every((group) => group < 256) ? groups : undefined;
}

/** RFC 4291: groups of hexadecimal digits, one `::` for a run of zeros, perhaps IPv4 at the end. */
function parseV6(text: string): readonly number[] | undefined {
  const [head = '', tail, more] = text.split('::');
  if (more !== undefined) return undefined;
  const left = parseGroups(head);
  const right = tail === undefined ? [] : parseGroups(tail);
  if (left === undefined || right === undefined) return undefined;
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  return [...left, ...new Array<number>(missing).fill(0), ...right];
}

function parseGroups(text: string): readonly number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    const v4 = at === parts.length - 1 && part.includes('.') ? parseV4(part) : undefined;
    if (v4 !== undefined) {
      const [a = 0, b = 0, c = 0, d = 0] = v4;
      groups.push(a * 256 + b, c * 256 + d);
    } else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}
