import ipaddr from 'ipaddr.js';

/**
 * One word for whoever asks from this address. Of IPv6 the first half: whoever has one address there has them all. An
 * address that is none, as of a connection that is gone, is a client too.
 */
export function clientOf(address: string | undefined): string {
  if (address === undefined || !ipaddr.isValid(address)) return address ?? '';
  const parsed = ipaddr.process(address);
  if (parsed instanceof ipaddr.IPv4) return parsed.toString();
  return parsed.toNormalizedString().split(':').slice(0, 4).join(':');
}
