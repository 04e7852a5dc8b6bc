import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Whether an address lies in a block such as `10.0.0.0/8` or `fd00::/8`. False for anything that is not both. */
export function isInCidr(ip: string, cidr: string): boolean {
  const slash = cidr.lastIndexOf('/');
  const length = cidr.slice(slash + 1);
  const address = parseAddress(ip);
  const block = slash < 0 ? undefined : parseAddress(cidr.slice(0, slash));
  if (address === undefined || block === undefined || !/^\d{1,3}$/.test(length)) return false;
  if (address.kind() !== block.kind() || Number(length) > 8 * block.toByteArray().length) return false;
  return address.match(block, Number(length));
}

/** The library also reads octal, hexadecimal and shortened forms of IPv4, which Kubernetes refuses. */
function parseAddress(text: string): Address | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text);
  return text.includes(':') && ipaddr.IPv6.isValid(text) ? ipaddr.IPv6.parse(text) : undefined;
}
