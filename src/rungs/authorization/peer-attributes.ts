import type { DescribedRequest } from '../../model/described-request.ts';
import { addressBlock } from './address-block.ts';
import { type Attribute, onText, type RequestTest } from './attribute.ts';
import { dotPattern } from './dot-pattern.ts';
import { type TextTest, textPattern } from './text-pattern.ts';
import { principalsMeant } from './trust-domains.ts';

const SCHEME = 'spiffe://';

function identity({ principal }: DescribedRequest): string | null | undefined {
  return typeof principal === 'string' ? `${SCHEME}${principal}` : principal;
}

/** Everything that is told from the caller's certificate. */
function ofCertificate(
  label: string,
  test: (value: string, rest: { policyNamespace: string; domains: readonly string[] }) => RequestTest,
): Attribute {
  return {
    label,
    httpOnly: false,
    need: 'principal',
    test: (value, { mesh, policyNamespace }) => test(value, { policyNamespace, domains: mesh.trustDomains }),
    shown: ({ principal }) => principal,
  };
}

/** Unknown where Istio made a regular expression that we do not read. */
function tested(tests: readonly (TextTest | undefined)[]): RequestTest {
  return onText(identity, (text) => {
    if (tests.some((test) => test?.(text))) return true;
    return tests.includes(undefined) ? undefined : false;
  });
}

/** Only a value with `*` in front becomes a regular expression. */
function principalTest(value: string): TextTest | undefined {
  if (value === '*') return (text) => text !== '';
  if (value.startsWith('*')) return dotPattern(`${SCHEME}.*${value.slice(1)}`);
  return textPattern(`${SCHEME}${value}`);
}

/** `NAMESPACE/NAME`, or a name in the policy's own namespace; other words may stand between and behind. */
function serviceAccountTests(value: string, policyNamespace: string): readonly (TextTest | undefined)[] {
  const slash = value.indexOf('/');
  const namespace = slash < 0 ? policyNamespace : value.slice(0, slash);
  const account = value.slice(slash + 1);
  return ['', '.+/'].flatMap((between) =>
    ['', '/.+'].map((behind) => dotPattern(`${SCHEME}.+/ns/${namespace}/${between}sa/${account}${behind}`)),
  );
}

/** Identities: they come with mutual TLS, and a plaintext caller has none. */
export const PEER_ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  'source.principal': ofCertificate('the principal', (value, { domains }) =>
    tested(principalsMeant(value, domains).map(principalTest)),
  ),
  'source.namespace': ofCertificate('the namespace of the principal', (value) =>
    tested([dotPattern(`.*/ns/${value.replaceAll('*', '.*')}/.*`)]),
  ),
  'source.serviceAccount': ofCertificate('the service account of the principal', (value, { policyNamespace }) =>
    tested(serviceAccountTests(value, policyNamespace)),
  ),
  'source.trustDomain': ofCertificate('the trust domain of the principal', (value, { domains }) => {
    const wanted = domains.includes(value) ? domains : [value];
    return onText(
      ({ principal }) => principal,
      (principal) => wanted.some((domain) => textPattern(domain)(principal.split('/', 1)[0] ?? '')),
    );
  }),
  'source.ip': address('the source address', 'sourceIp'),
  'remote.ip': address('the address of the first client', 'remoteIp'),
};

/** An address of the request, against addresses and blocks. */
export function address(label: string, field: 'sourceIp' | 'remoteIp' | 'destinationIp'): Attribute {
  return {
    label,
    httpOnly: false,
    need: field,
    test(value) {
      const block = addressBlock(value);
      if (block === undefined) return { problem: `${value} is no address and no block of addresses` };
      return onText((request) => request[field], block);
    },
    shown: (request) => request[field],
  };
}
