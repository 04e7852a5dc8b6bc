import type { EpochSeconds } from './brand.ts';

/** A certificate that an Envoy holds, as far as a person asks after it. */
export interface EnvoyCertificate {
  /** In hexadecimal, as istioctl and openssl write it, lower case. */
  readonly serial: string;
  readonly notBefore: EpochSeconds;
  readonly notAfter: EpochSeconds;
  /** The names it is for: `spiffe://cluster.local/ns/shop/sa/cart`, `DNS:cart.shop`. */
  readonly names: readonly string[];
}

/** What kind of secret: a certificate with its key, those that are trusted, or what has no certificate. */
export type EnvoySecretKind = 'certificate' | 'ca' | 'other';

/** A secret that an Envoy holds. Keys are never read. */
export interface EnvoySecret {
  readonly name: string;
  readonly kind: EnvoySecretKind;
  /** `warming`: Envoy waits for it, and what needs it does not work yet. */
  readonly state: 'static' | 'active' | 'warming';
  /** Of a chain its first; of those that are trusted each. Empty where the dump has none, or only names a file. */
  readonly certificates: readonly EnvoyCertificate[];
}
