import { z } from 'zod';

const words = z.string().min(1, 'stands empty; write a value or remove the key');

/** RFC 7235's `token`. */
const scheme = words.superRefine((given, context) => {
  const message = /^basic$/i.test(given)
    ? 'is basic_auth; write that section in its place'
    : /^[\w!#$%&'*+.^`|~-]+$/.test(given)
      ? undefined
      : 'is no scheme of a login; write one such as Bearer';
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

const basicAuth = z.strictObject({
  username: words.refine((given) => !given.includes(':'), 'holds a colon, which no name of a login may').optional(),
  password: z.string().optional(),
  password_file: words.optional(),
});
const authorization = z.strictObject({
  type: scheme.optional(),
  credentials: words.optional(),
  credentials_file: words.optional(),
});
const tls = z.strictObject({
  ca_file: words.optional(),
  cert_file: words.optional(),
  key_file: words.optional(),
  server_name: words.optional(),
  insecure_skip_verify: z.boolean().optional(),
});

const SECTIONS = { basic_auth: basicAuth, authorization, tls_config: tls } as const;

export interface BasicAuthSection {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
  readonly password_file?: string | undefined;
}
export interface AuthorizationSection {
  readonly type?: string | undefined;
  readonly credentials?: string | undefined;
  readonly credentials_file?: string | undefined;
}
export interface TlsConfigSection {
  readonly ca_file?: string | undefined;
  readonly cert_file?: string | undefined;
  readonly key_file?: string | undefined;
  readonly server_name?: string | undefined;
  readonly insecure_skip_verify?: boolean | undefined;
}

/** The file as it stands, each value checked alone. A section that stands empty is null. */
export interface HttpClientFile {
  readonly basic_auth?: BasicAuthSection | null | undefined;
  readonly authorization?: AuthorizationSection | null | undefined;
  readonly tls_config?: TlsConfigSection | null | undefined;
}

/** Of Prometheus' `<http_config>` (its docs/configuration/configuration.md) what a command needs to ask one exporter. */
export const httpClientSchema: z.ZodType<HttpClientFile> = z.strictObject({
  basic_auth: basicAuth.nullish(),
  authorization: authorization.nullish(),
  tls_config: tls.nullish(),
});

/** The keys that may stand below this one; `undefined`: at the top. */
export function knownClientKeys(section: PropertyKey | undefined): readonly string[] {
  if (section === undefined) return Object.keys(SECTIONS);
  return Object.keys(SECTIONS[section as keyof typeof SECTIONS]?.shape ?? {});
}
