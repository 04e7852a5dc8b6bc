import { SocketAddress } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { subjectAltNames } from '../../../model/subject-alt-names.ts';
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
  const names = namesIn(altName ?? '');
  return allowedSans.some((allowed) => names.includes(allowed));
}

const KINDS = ['DNS', 'IP Address', 'URI', 'email'];

/** What a configuration may allow by its name. Where the text does not read to its end there are none at all. */
function namesIn(altName: string): readonly string[] {
  return (subjectAltNames(altName) ?? [])
    .filter(({ kind }) => KINDS.includes(kind))
    .map(({ kind, value }) => (kind === 'IP Address' ? plainAddress(value) : value));
}

/** Node writes IPv6 out in full; a configuration has it short, as Go has. */
function plainAddress(address: string): string {
  try {
    return address.includes(':') ? new SocketAddress({ address, family: 'ipv6' }).address : address;
  } catch {
    return address;
  }
}
