import { SocketAddress } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { TlsSettings } from '../../../model/web-config.ts';

/** Whether a client may stay after the handshake, by what it has shown of itself; as Go's `tls.ClientAuthType` says. */
export function admitsClient(settings: TlsSettings, socket: TLSSocket): boolean {
  const certificate = socket.getPeerX509Certificate();
  return (
    meetsPolicy(settings, certificate !== undefined, socket.authorized) &&
    hasAllowedName(settings, certificate?.subjectAltName)
  );
}

function meetsPolicy({ clientAuth }: TlsSettings, isShown: boolean, isVerified: boolean): boolean {
  switch (clientAuth) {
    case 'NoClientCert':
    case 'RequestClientCert':
      return true;
    case 'RequireAnyClientCert':
      return isShown;
    case 'VerifyClientCertIfGiven':
      return !isShown || isVerified;
    case 'RequireAndVerifyClientCert':
      return isShown && isVerified;
    default:
      return clientAuth satisfies never;
  }
}

function hasAllowedName({ allowedSans }: TlsSettings, altName: string | undefined): boolean {
  if (allowedSans === undefined) return true;
  const names = subjectAltNames(altName ?? '');
  return allowedSans.some((allowed) => names.includes(allowed));
}

const ENTRY = /([\w ]+):("(?:[^"\\]|\\.)*"|[^,"]*)(?:, |$)/y;
const NAMES = ['DNS', 'IP Address', 'URI', 'email'];

/**
 * The names that Node writes as `DNS:a.example, IP Address:10.0.0.1`. One that holds a comma or a quote is written as JSON,
 * so that no name passes for two; where the text does not read to its end there are none at all.
 */
export function subjectAltNames(text: string): readonly string[] {
  const entry = new RegExp(ENTRY);
  const names: string[] = [];
  while (entry.lastIndex < text.length) {
    const found = entry.exec(text);
    if (found === null) return [];
    const [, kind = '', value = ''] = found;
    if (NAMES.includes(kind)) names.push(kind === 'IP Address' ? plainAddress(value) : unquoted(value));
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

/** Node writes IPv6 out in full; a configuration has it short, as Go has. */
function plainAddress(address: string): string {
  try {
    return address.includes(':') ? new SocketAddress({ address, family: 'ipv6' }).address : address;
  } catch {
    return address;
  }
}
