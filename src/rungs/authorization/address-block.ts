import { isInCidr } from '../../model/cidr.ts';

/** Whether an address lies in a block. */
export type AddressTest = (ip: string) => boolean;

/** An address, or a block as in `10.0.0.0/8`. @returns undefined for what is neither */
export function addressBlock(text: string): AddressTest | undefined {
  const slash = text.indexOf('/');
  const ip = slash < 0 ? text : text.slice(0, slash);
  const block = slash < 0 ? `${ip}/${ip.includes(':') ? 128 : 32}` : text;
  // Every block holds its own address, so this tells whether it is one.
  return isInCidr(ip, block) ? (address) => isInCidr(address, block) : undefined;
}
