/**
 * AuthorizationPolicies as Envoy's RBAC filters, the way istiod 1.30 builds them (pilot/pkg/security/authz: builder,
 * model, matcher). Written from those rules alone, without a line of the engine it is there to check.
 */

type Json = Readonly<Record<string, unknown>>;

/** The part of a policy that becomes configuration. */
export interface PolicyObject {
  readonly namespace: string;
  readonly name: string;
  readonly dryRun?: boolean;
  readonly spec: {
    readonly action?: 'ALLOW' | 'DENY' | 'AUDIT';
    readonly rules?: readonly (RuleObject | null)[];
  };
}

export interface RuleObject {
  readonly from?: readonly { readonly source?: Readonly<Record<string, readonly string[]>> }[];
  readonly to?: readonly { readonly operation?: Readonly<Record<string, readonly string[]>> }[];
  readonly when?: readonly {
    readonly key: string;
    readonly values?: readonly string[];
    readonly notValues?: readonly string[];
  }[];
}

/** What istiod reports as an error while it builds a matcher. */
class Unbuildable extends Error {}

interface Build {
  readonly tcp: boolean;
  readonly namespace: string;
}

type Matcher = (value: string, build: Build) => Json;

/** One of Envoy's filters in the order in which istiod lists them: AUDIT, DENY, ALLOW. Empty without policies. */
export function rbacConfigs(policies: readonly PolicyObject[], tcp: boolean): readonly Json[] {
  return (['AUDIT', 'DENY', 'ALLOW'] as const).flatMap((action) => {
    const own = policies.filter(({ spec }) => (spec.action ?? 'ALLOW') === action);
    if (own.length === 0) return [];
    const enforced = own.filter(({ dryRun }) => dryRun !== true);
    const shadow = own.filter(({ dryRun }) => dryRun === true);
    return [
      {
        ...(enforced.length > 0 && { rules: rbac(enforced, action, tcp) }),
        ...(shadow.length > 0 && { shadow_rules: rbac(shadow, action, tcp) }),
      },
    ];
  });
}

const NEVER = { permissions: [{ not_rule: { any: true } }], principals: [{ not_id: { any: true } }] };

function rbac(policies: readonly PolicyObject[], action: 'AUDIT' | 'DENY' | 'ALLOW', tcp: boolean): Json {
  const built: Record<string, Json> = {};
  for (const { namespace, name, spec } of policies) {
    const rules = spec.rules ?? [];
    if (rules.length === 0) built[`ns[${namespace}]-policy[${name}]-rule[0]`] = NEVER;
    for (const [index, rule] of rules.entries()) {
      if (rule === null) continue;
      const policy = buildRule(rule, action === 'ALLOW', { tcp, namespace });
      if (policy !== undefined) built[`ns[${namespace}]-policy[${name}]-rule[${index}]`] = policy;
    }
  }
  return { action: action === 'AUDIT' ? 'LOG' : action, policies: built };
}

/** A group of ANDed conditions, each with its builder. */
interface Condition {
  readonly matcher: Matcher;
  readonly values: readonly string[];
  readonly notValues: readonly string[];
}

function buildRule(rule: RuleObject, strict: boolean, build: Build): Json | undefined {
  const permissionsOfWhen: Condition[] = [];
  const principalsOfWhen: Condition[] = [];
  for (const { key, values = [], notValues = [] } of rule.when ?? []) {
    const known = whenMatcher(key);
    if (known === undefined) return undefined;
    (known.side === 'permission' ? permissionsOfWhen : principalsOfWhen).push({
      matcher: known.matcher,
      values,
      notValues,
    });
  }
  const sources = (rule.from ?? [{}]).map(({ source = {} }) => [...fields(source, SOURCE), ...principalsOfWhen]);
  const operations = (rule.to ?? [{}]).map(({ operation = {} }) => [
    ...fields(operation, OPERATION),
    ...permissionsOfWhen,
  ]);
  try {
    return {
      permissions: (operations.length === 0 ? [permissionsOfWhen] : operations).map((group) =>
        conjunction(group, PERMISSION, strict, build),
      ),
      principals: (sources.length === 0 ? [principalsOfWhen] : sources).map((group) =>
        conjunction(group, PRINCIPAL, strict, build),
      ),
    };
  } catch (error) {
    if (error instanceof Unbuildable) return undefined;
    throw error;
  }
}

interface Words {
  readonly and: string;
  readonly or: string;
  readonly not: string;
  readonly list: string;
}
const PERMISSION: Words = { and: 'and_rules', or: 'or_rules', not: 'not_rule', list: 'rules' };
const PRINCIPAL: Words = { and: 'and_ids', or: 'or_ids', not: 'not_id', list: 'ids' };

function conjunction(conditions: readonly Condition[], words: Words, strict: boolean, build: Build): Json {
  const all = conditions.flatMap(({ matcher, values, notValues }) => {
    const wanted = matchers(values, matcher, strict, build);
    const unwanted = matchers(notValues, matcher, strict, build);
    return [
      ...(wanted.length > 0 ? [{ [words.or]: { [words.list]: wanted } }] : []),
      ...(unwanted.length > 0 ? [{ [words.not]: { [words.or]: { [words.list]: unwanted } } }] : []),
    ];
  });
  return { [words.and]: { [words.list]: all.length > 0 ? all : [{ any: true }] } };
}

/** An ALLOW rule with an error is given up; other actions go on without the value. */
function matchers(values: readonly string[], matcher: Matcher, strict: boolean, build: Build): readonly Json[] {
  return values.flatMap((value) => {
    try {
      return [matcher(value, build)];
    } catch (error) {
      if (error instanceof Unbuildable && !strict) return [];
      throw error;
    }
  });
}

function fields(
  object: Readonly<Record<string, readonly string[]>>,
  known: Readonly<Record<string, Matcher>>,
): Condition[] {
  return Object.entries(known).flatMap(([field, matcher]) => {
    const values = object[field] ?? [];
    const notValues = object[`not${field[0]?.toUpperCase()}${field.slice(1)}`] ?? [];
    return values.length + notValues.length === 0 ? [] : [{ matcher, values, notValues }];
  });
}

function stringMatch(value: string, prefix = ''): Json {
  if (value === '*') return { safe_regex: { regex: '.+' } };
  if (value.startsWith('*')) {
    const rest = value.slice(1);
    return prefix === '' ? { suffix: rest } : { safe_regex: { regex: `${prefix}.*${rest}` } };
  }
  return value.endsWith('*') ? { prefix: prefix + value.slice(0, -1) } : { exact: prefix + value };
}

function headerMatch(name: string, value: string, ignoreCase = false): Json {
  if (value === '*') return { name, present_match: true };
  return { name, string_match: { ...stringMatch(value), ...(ignoreCase && { ignore_case: true }) } };
}

function httpOnly(matcher: (value: string) => Json): Matcher {
  return (value, { tcp }) => {
    if (tcp) throw new Unbuildable('HTTP only');
    return matcher(value);
  };
}

function cidr(value: string): Json {
  const [address = '', length] = value.split('/');
  const isAddress = /^\d+(\.\d+){3}$/.test(address) || address.includes(':');
  if (!isAddress || (length !== undefined && !/^\d+$/.test(length))) throw new Unbuildable(`no address: ${value}`);
  return { address_prefix: address, prefix_len: Number(length ?? (address.includes(':') ? 128 : 32)) };
}

function authenticated(name: Json): Json {
  return { authenticated: { principal_name: name } };
}

/** What the JWT filter wrote; a claim may be one text or a list of them. */
function claim(path: readonly string[], value: Json): Json {
  const text = { string_match: value };
  return {
    metadata: {
      filter: 'envoy.filters.http.jwt_authn',
      path: ['payload', ...path].map((key) => ({ key })),
      value: { or_match: { value_matchers: [{ list_match: { one_of: text } }, text] } },
    },
  };
}

function claimText(name: string, value: Json): Json {
  return {
    metadata: {
      filter: 'envoy.filters.http.jwt_authn',
      path: [{ key: 'payload' }, { key: name }],
      value: { string_match: value },
    },
  };
}

const ANY = { safe_regex: { regex: '.+' } };

function requestPrincipal(value: string): Json {
  const slash = value.lastIndexOf('/');
  const issuer = slash < 0 ? value : value.slice(0, slash);
  const subject = slash < 0 ? '' : value.slice(slash + 1);
  let pair: readonly [Json, Json] = [{ exact: issuer }, { exact: subject }];
  if (value === '*') pair = [ANY, ANY];
  else if (value.startsWith('*')) {
    if (slash < 0) pair = [ANY, { suffix: value.slice(1) }];
    else pair = [issuer === '*' ? ANY : { suffix: issuer.slice(1) }, { exact: subject }];
  } else if (value.endsWith('*')) {
    if (slash < 0) pair = [{ prefix: value.slice(0, -1) }, ANY];
    else pair = [{ exact: issuer }, subject === '*' ? ANY : { prefix: subject.slice(0, -1) }];
  }
  return { and_ids: { ids: [claimText('iss', pair[0]), claimText('sub', pair[1])] } };
}

function serviceAccount(value: string, namespace: string): Json {
  const [first = '', second] = value.split('/');
  const [own, account] = second === undefined ? [namespace, first] : [first, second];
  return authenticated({ safe_regex: { regex: `spiffe://.+/ns/${own}/(.+/|)sa/${account}(/.+)?` } });
}

const SOURCE: Readonly<Record<string, Matcher>> = {
  principals: (value) => authenticated(stringMatch(value, 'spiffe://')),
  requestPrincipals: httpOnly(requestPrincipal),
  serviceAccounts: (value, { namespace }) => serviceAccount(value, namespace),
  namespaces: (value) => authenticated({ safe_regex: { regex: `.*/ns/${value.replaceAll('*', '.*')}/.*` } }),
  remoteIpBlocks: (value) => ({ remote_ip: cidr(value) }),
  ipBlocks: (value) => ({ direct_remote_ip: cidr(value) }),
};

const OPERATION: Readonly<Record<string, Matcher>> = {
  hosts: httpOnly((value) => ({ header: headerMatch(':authority', value, true) })),
  methods: httpOnly((value) => ({ header: headerMatch(':method', value) })),
  paths: httpOnly(pathPermission),
  ports: portPermission,
};

function pathPermission(value: string): Json {
  if (!/\{\*\*?\}/.test(value)) return { url_path: { path: stringMatch(value) } };
  const template = value.replaceAll('{*}', '*').replaceAll('{**}', '**');
  return {
    uri_template: {
      name: 'uri-template',
      typed_config: {
        '@type': 'type.googleapis.com/envoy.extensions.path.match.uri_template.v3.UriTemplateMatchConfig',
        path_template: template,
      },
    },
  };
}

function portPermission(value: string): Json {
  if (!/^\d+$/.test(value) || Number(value) > 65_535) throw new Unbuildable(`no port: ${value}`);
  return { destination_port: Number(value) };
}

interface WhenMatcher {
  readonly side: 'permission' | 'principal';
  readonly matcher: Matcher;
}

function whenMatcher(key: string): WhenMatcher | undefined {
  const principal = (matcher: Matcher): WhenMatcher => ({ side: 'principal', matcher });
  const permission = (matcher: Matcher): WhenMatcher => ({ side: 'permission', matcher });
  const fixed: Readonly<Record<string, WhenMatcher>> = {
    'destination.ip': permission((value) => ({ destination_ip: cidr(value) })),
    'destination.port': permission(portPermission),
    'connection.sni': permission((value) => ({ requested_server_name: stringMatch(value) })),
    'source.ip': principal(SOURCE['ipBlocks']!),
    'remote.ip': principal(SOURCE['remoteIpBlocks']!),
    'source.namespace': principal(SOURCE['namespaces']!),
    'source.serviceAccount': principal(SOURCE['serviceAccounts']!),
    'source.principal': principal(SOURCE['principals']!),
    'request.auth.principal': principal(SOURCE['requestPrincipals']!),
    'request.auth.audiences': principal(httpOnly((value) => claim(['aud'], stringMatch(value)))),
    'request.auth.presenter': principal(httpOnly((value) => claim(['azp'], stringMatch(value)))),
  };
  if (fixed[key] !== undefined) return fixed[key];
  const [, header] = /^request\.headers\[(.*)\]$/.exec(key) ?? [];
  if (header !== undefined) return principal(httpOnly((value) => ({ header: headerMatch(header, value) })));
  const [, claims] = /^request\.auth\.claims\[(.*)\]$/.exec(key) ?? [];
  if (claims !== undefined) return principal(httpOnly((value) => claim(claims.split(']['), stringMatch(value))));
  return undefined;
}
