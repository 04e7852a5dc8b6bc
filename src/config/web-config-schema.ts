import { z } from 'zod';
import { CLIENT_AUTH, type ClientAuth, TLS_VERSIONS, type TlsVersion } from '../model/web-config.ts';

/** What Go's `tls.CipherSuites()` lists: the only names that exporter-toolkit takes (web/tls_config.go). */
const CIPHER_SUITES = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  ...['ECDSA', 'RSA'].flatMap((signature) =>
    ['AES_128_CBC_SHA', 'AES_256_CBC_SHA', 'AES_128_GCM_SHA256', 'AES_256_GCM_SHA384', 'CHACHA20_POLY1305_SHA256'].map(
      (cipher) => `TLS_ECDHE_${signature}_WITH_${cipher}`,
    ),
  ),
];
const CURVES = ['CurveP256', 'CurveP384', 'CurveP521', 'X25519'];

/** The only headers that exporter-toolkit lets one set (web/handler.go), and the values of some. */
const HEADERS: Readonly<Record<string, readonly string[] | undefined>> = {
  'Strict-Transport-Security': undefined,
  'X-Content-Type-Options': ['nosniff'],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-XSS-Protection': undefined,
  'Content-Security-Policy': undefined,
};

const words = z.string().min(1, 'stands empty; write a value or remove the key');

/** A word of a list, refused by its own name and with the reason where there is one. */
function word<const Word extends string>(
  kind: string,
  known: readonly Word[],
  reasons: Readonly<Record<string, string>> = {},
): z.ZodType<Word> {
  return z.string().transform((given, context) => {
    const meant = known.find((one) => one === given);
    if (meant !== undefined) return meant;
    const reason = Object.hasOwn(reasons, given) ? reasons[given] : undefined;
    context.addIssue({
      code: 'custom',
      message: `${JSON.stringify(given)} is ${reason ?? `no ${kind}; write one of ${known.join(', ')}`}`,
    });
    return z.NEVER;
  });
}

const TOO_OLD = 'not supported: nothing below TLS 1.2 is; write TLS12 or TLS13';
const version = word('TLS version', TLS_VERSIONS, { TLS10: TOO_OLD, TLS11: TOO_OLD });

/** exporter-toolkit keeps it for `RequireAnyClientCert`. */
const OLDER_NAME = 'RequireClientCert';

const tls = z.strictObject({
  cert: words.optional(),
  key: words.optional(),
  client_ca: words.optional(),
  cert_file: words.optional(),
  key_file: words.optional(),
  client_ca_file: words.optional(),
  client_auth_type: word('policy for client certificates', [...CLIENT_AUTH, OLDER_NAME]).optional(),
  client_allowed_sans: z.array(words).min(1, 'stands empty; name whom to let in, or remove the key').optional(),
  min_version: version.optional(),
  max_version: version.optional(),
  cipher_suites: z.array(word('cipher suite', CIPHER_SUITES)).optional(),
  curve_preferences: z.array(word('curve', CURVES)).optional(),
  prefer_server_cipher_suites: z.boolean().optional(),
});

const header = z.record(z.string(), words).superRefine((headers, context) => {
  for (const [name, value] of Object.entries(headers)) {
    const fail = (message: string): void => context.addIssue({ code: 'custom', path: [name], message });
    if (!Object.hasOwn(HEADERS, name)) fail(`cannot be set; these can: ${Object.keys(HEADERS).join(', ')}`);
    else if (HEADERS[name]?.includes(value) === false) fail(`must be ${HEADERS[name].join(' or ')}`);
    else if (!/^[\t\x20-\x7e]*$/.test(value)) fail('holds a character that no header may');
  }
});

const http = z.strictObject({
  http2: z
    .boolean()
    .refine((given) => !given, 'true is not supported: HTTP/1.1 is what is served; write false or remove the key')
    .optional(),
  headers: header.optional(),
});

/** A bcrypt hash of a cost that ends: 2^15 rounds take a second, and each more doubles them. */
const hash = z.string().superRefine((given, context) => {
  const cost = /^\$2[aby]?\$(\d\d)\$[./A-Za-z0-9]{53}$/.exec(given)?.[1];
  const message =
    cost === undefined
      ? 'is no bcrypt hash; make one with: htpasswd -nBC 10 ""'
      : 'has a cost that is not supported; make it 4 to 15, as in: htpasswd -nBC 10 ""';
  if (cost === undefined || Number(cost) < 4 || Number(cost) > 15) context.addIssue({ code: 'custom', message });
});

const UNIT_MS: Readonly<Record<string, number>> = {
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
  us: 1e-3,
  µs: 1e-3,
  ns: 1e-6,
};

/** Go's `time.ParseDuration`, and the 0 that switches the limit off. Gives milliseconds. */
const interval = z
  .union([z.literal(0), z.string()], 'must be a duration such as 100ms, or 0')
  .transform((given, context) => {
    if (given === 0 || given === '0') return 0;
    if (/^(?:\d+(?:\.\d+)?(?:h|ms|m|s|us|µs|ns))+$/.test(given)) {
      let sum = 0;
      for (const [, amount, unit = ''] of given.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s|us|µs|ns)/g))
        sum += Number(amount) * (UNIT_MS[unit] ?? 0);
      return sum;
    }
    context.addIssue({ code: 'custom', message: `${JSON.stringify(given)} is no duration; write one such as 100ms` });
    return z.NEVER;
  });

const rateLimit = z
  .strictObject({ interval: interval.optional(), burst: z.number().int().min(0).optional() })
  .refine(({ interval: each = 0, burst = 0 }) => each === 0 || burst > 0, {
    path: ['burst'],
    message: 'must be above 0 where there is an interval: else every request would be refused',
  });

const SECTIONS = { tls_server_config: tls, http_server_config: http, rate_limit: rateLimit } as const;

/** What `cert` and its siblings are once they are read; every key may be left out. */
export interface TlsSection {
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly client_ca?: string | undefined;
  readonly cert_file?: string | undefined;
  readonly key_file?: string | undefined;
  readonly client_ca_file?: string | undefined;
  readonly client_auth_type?: ClientAuth | typeof OLDER_NAME | undefined;
  readonly client_allowed_sans?: readonly string[] | undefined;
  readonly min_version?: TlsVersion | undefined;
  readonly max_version?: TlsVersion | undefined;
  readonly cipher_suites?: readonly string[] | undefined;
  readonly curve_preferences?: readonly string[] | undefined;
  readonly prefer_server_cipher_suites?: boolean | undefined;
}

/** The file as it stands, checked; `rate_limit.interval` in milliseconds. A section that stands empty is null. */
export interface WebConfigFile {
  readonly tls_server_config?: TlsSection | null | undefined;
  readonly http_server_config?: { readonly headers?: Readonly<Record<string, string>> | undefined } | null | undefined;
  readonly basic_auth_users?: Readonly<Record<string, string>> | null | undefined;
  readonly rate_limit?:
    | { readonly interval?: number | undefined; readonly burst?: number | undefined }
    | null
    | undefined;
}

/** exporter-toolkit's web configuration (its docs/web-configuration.md): every key it knows, and no other. */
export const webConfigSchema: z.ZodType<WebConfigFile> = z.strictObject({
  tls_server_config: tls.nullish(),
  http_server_config: http.nullish(),
  basic_auth_users: z.record(z.string(), hash).nullish(),
  rate_limit: rateLimit.nullish(),
});

/** The keys that may stand below this one; `undefined`: at the top. */
export function knownKeys(section: PropertyKey | undefined): readonly string[] {
  if (section === undefined) return [...Object.keys(SECTIONS), 'basic_auth_users'];
  return Object.keys(SECTIONS[section as keyof typeof SECTIONS]?.shape ?? {});
}
