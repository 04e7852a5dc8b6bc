import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { detailMeaning } from '../../../src/model/response-detail.ts';
import { denialOf } from '../../../src/sources/access-log/denial.ts';
import { detailsClass } from '../../../src/sources/access-log/details.ts';
import { flagsOf } from '../../../src/sources/access-log/flags.ts';
import { rawRequest } from '../../support/raw-request.ts';

const REFUSED = 'delayed_connect_error:_Connection_refused';
const BEFORE = 'upstream_reset_before_response_started';
const WRONG_VERSION = 'TLS_error:|268435703:SSL_routines:OPENSSL_internal:WRONG_VERSION_NUMBER:TLS_error_end';

/** Details, termination details, transport failure, and their class. The first ones stand in recordings. */
const CASES: readonly (readonly [details: string, termination: string, transport: string, expected: string])[] = [
  ['-', '-', '-', ''],
  ['via_upstream', '-', '-', 'via_upstream'],
  [`${BEFORE}{overflow}`, '-', '-', `${BEFORE}:overflow`],
  [
    `${BEFORE}{remote_connection_failure|${REFUSED}}`,
    '-',
    REFUSED,
    `${BEFORE}:remote_connection_failure:connection_refused`,
  ],
  [
    `${BEFORE}{remote_connection_failure|${WRONG_VERSION}}`,
    '-',
    WRONG_VERSION,
    `${BEFORE}:remote_connection_failure:wrong_version_number`,
  ],
  [
    'upstream_reset_after_response_started{protocol_error}',
    '-',
    '-',
    'upstream_reset_after_response_started:protocol_error',
  ],
  [
    'rbac_access_denied_matched_policy[ns[payment]-policy[deny-all]-rule[0]]',
    '-',
    '-',
    'rbac_access_denied_matched_policy',
  ],
  [
    '-',
    'rbac_access_denied_matched_policy[ns[payment]-policy[tcp-deny]-rule[0]]',
    '-',
    'rbac_access_denied_matched_policy',
  ],
  ['http1.invalid_characters', '-', '-', 'http1.invalid_characters'],
  ['http2.remote_reset', '-', '-', 'http2.remote_reset'],
  [
    'request_headers_failed_strict_check{x-envoy-upstream-rq-timeout-ms}',
    '-',
    '-',
    'request_headers_failed_strict_check',
  ],
  ['-', '-', REFUSED, 'connection_refused'],
  ['-', '-', 'delayed connect error: 111', 'connection_refused'],
  ['-', '-', 'delayed connect error: 1112', 'transport_failure'],
  ['-', '-', 'delayed_connect_error:_Connection_timed_out', 'connection_timed_out'],
  ['-', '-', 'delayed connect error: 113', 'no_route_to_host'],
  [
    '-',
    '-',
    'TLS error: 268435581:SSL routines:OPENSSL_internal:CERTIFICATE_VERIFY_FAILED',
    'certificate_verify_failed',
  ],
  ['-', '-', 'TLS_error:_Secret_is_not_supplied_by_SDS', 'secret_not_supplied'],
  [
    '-',
    '-',
    'TLS_error:|1:SSL routines:OPENSSL_internal:SSLV3_ALERT_CERTIFICATE_EXPIRED:TLS_error_end',
    'certificate_expired',
  ],
  ['-', '-', 'TLS_error:|2:SSL routines:something else', 'tls_error'],
  ['-', '-', 'the moon is in the wrong phase', 'transport_failure'],
  // A comma before what the transport said, as some Envoys have it.
  [`${BEFORE}{connection_failure,TLS_error:_268435581:SSL_routines}`, '-', '-', `${BEFORE}:connection_failure`],
  ['jwt_authn_access_denied{Jwt_is_expired}', '-', '-', 'jwt_authn_access_denied'],
  ['downstream_local_disconnect(on_idle_timeout)', '-', '-', 'downstream_local_disconnect'],
  ['ext_authz_denied', '-', '-', 'ext_authz_denied'],
  ['http1.a_word_of_tomorrow', '-', '-', 'http1'],
  ['http3.a_word_of_tomorrow', '-', '-', 'http3'],
  ['http10', '-', '-', 'other'],
  ['toString', '-', '-', 'other'],
  ['a_filter_of_our_own:42', '-', '-', 'other'],
  [`${BEFORE}{a_reason_of_tomorrow}`, '-', '-', BEFORE],
];

describe('the class of details', () => {
  for (const [details, terminationDetails, transportFailure, expected] of CASES) {
    test(`${details} ${terminationDetails} ${transportFailure}`.slice(0, 90), () => {
      assert.equal(detailsClass({ details, terminationDetails, transportFailure }), expected);
    });
  }

  test('explains each of its first words, but for those nobody knows', () => {
    for (const [details, terminationDetails, transportFailure, expected] of CASES) {
      const [word = ''] = expected.split(':');
      const told = details !== '-' || terminationDetails !== '-';
      if (told && word !== 'other') assert.notEqual(detailMeaning(word), undefined, `${word} ${transportFailure}`);
    }
  });

  test('has few values, whatever peers write into the text', () => {
    const text = fc.oneof(
      fc.string(),
      fc
        .tuple(
          fc.constantFrom(...CASES.map(([details]) => details), ...CASES.map(([, , transport]) => transport)),
          fc.string(),
        )
        .map((parts) => parts.join('')),
    );
    const seen = new Set<string>();
    fc.assert(
      fc.property(text, text, text, (details, terminationDetails, transportFailure) => {
        const found = detailsClass({ details, terminationDetails, transportFailure });
        assert.match(found, /^[a-z0-9_.:]{0,120}$/);
        seen.add(found.split(':')[0] ?? '');
      }),
      { numRuns: 2_000 },
    );
    assert.ok([...seen].every((word) => word === '' || CASES.some(([, , , expected]) => expected.startsWith(word))));
  });
});

describe('the policy that denied', () => {
  const policy = (text: string) => `rbac_access_denied_matched_policy[${text}]`;
  const DENIALS: readonly (readonly [details: string, termination: string, expected: ReturnType<typeof denialOf>])[] = [
    ['via_upstream', '-', undefined],
    ['-', '-', undefined],
    [
      policy('ns[payment]-policy[deny-all]-rule[0]'),
      '-',
      { policyNamespace: 'payment', policy: 'deny-all', rule: '0' },
    ],
    [
      '-',
      policy('ns[payment]-policy[tcp-deny]-rule[12]'),
      { policyNamespace: 'payment', policy: 'tcp-deny', rule: '12' },
    ],
    [policy('none'), '-', { policyNamespace: '', policy: 'none', rule: '' }],
    [policy('ns[a]-policy[none]-rule[0]'), '-', { policyNamespace: 'a', policy: 'none', rule: '0' }],
    [policy('my-own-filter'), '-', { policyNamespace: '', policy: 'unknown', rule: '' }],
    [policy('ns[A B]-policy[x]-rule[0]'), '-', { policyNamespace: '', policy: 'unknown', rule: '' }],
    [policy('ns[a]-policy[x]-rule[999999]'), '-', { policyNamespace: '', policy: 'unknown', rule: '' }],
    ['rbac_access_denied', '-', { policyNamespace: '', policy: 'unknown', rule: '' }],
    [`via_upstream{${policy('ns[a]-policy[x]-rule[0]')}}`, '-', undefined],
  ];
  for (const [details, terminationDetails, expected] of DENIALS) {
    test(`${details} ${terminationDetails}`, () => {
      assert.deepEqual(denialOf(rawRequest({ details, terminationDetails })), expected);
    });
  }
});

describe('the flags of a line', () => {
  const FLAGS: readonly (readonly [field: string, flags: readonly string[]])[] = [
    ['-', []],
    ['UH', ['UH']],
    ['URX,UF', ['UF', 'URX']],
    ['UF,URX', ['UF', 'URX']],
    ['UF,UF', ['UF']],
    ['UpstreamConnectionFailure,UpstreamRetryLimitExceeded', ['UF', 'URX']],
    ['UF,MYEXT', ['UF', 'other']],
    ['ONE,TWO', ['other']],
    ['uf', ['other']],
    ['', ['other']],
  ];
  for (const [field, flags] of FLAGS) test(`${field} is ${flags}`, () => assert.deepEqual(flagsOf(field), flags));
});
