import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { epochSeconds } from '../../../src/model/brand.ts';
import { ENVOY_SECTIONS } from '../../../src/model/envoy-resource.ts';
import { emptySnapshot } from '../../../src/model/snapshot.ts';
import { SCHEMA_DOCUMENTS } from '../../../src/sinks/docs/schemas/documents.ts';
import type { JsonSchema } from '../../../src/sinks/docs/schemas/schema.ts';
import { statusDocument } from '../../../src/sinks/http/status-document.ts';
import { findingsDocument } from '../../../src/sinks/report/findings-json.ts';
import { newHealth, nextHealth } from '../../../src/state/source-health.ts';
import { changedReport, REPORT } from '../../support/bundle.ts';
import { runCli } from '../../support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'meshladder-schemas-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const FOLDER = new URL('../../../docs/schemas/', import.meta.url);

/** Strict: a key word it does not know, or a schema that says less than it seems to, is an error. */
const ajv = new Ajv2020({ strict: true, allErrors: true });
ajv.addFormat('date-time', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
const SCHEMAS = new Map(
  readdirSync(FOLDER).map((file): [string, { json: JsonSchema; validate: ValidateFunction }] => {
    const json = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as JsonSchema;
    return [file.replace(/\.json$/, ''), { json, validate: ajv.compile(json) }];
  }),
);

const fixture = (path: string): string => fileURLToPath(new URL(`../../fixtures/${path}`, import.meta.url));
const ENVOY = fixture('envoy/stale/checkout-v1-5c7d8e9f6b-qw4rt.payment.envoy.json.gz');
const STATUSES = fixture('envoy/stale/checkout-v1-5c7d8e9f6b-qw4rt.payment.clusters.json.gz');
const ISTIOD = fixture('envoy/stale/checkout-v1-5c7d8e9f6b-qw4rt.payment.istiod.json.gz');
const LOGGING = fixture('envoy/healthy/checkout-v1-5c7d8e9f6b-qw4rt.payment.logging.txt');
const NACK = fixture('envoy/nack/reviews-v2-556d6457d-hn5vc.bookinfo.envoy.json.gz');
const NACK_ISTIOD = fixture('envoy/nack/reviews-v2-556d6457d-hn5vc.bookinfo.istiod.json.gz');
const ONE_EACH = fixture('accesslog/one-each.text.log');
const POLICIES = ['namespaces', 'pods', 'authorizationpolicies', 'peerauthentications'].map((name) =>
  fixture(`objects/${name}.json`),
);
const DENIED = `[2026-11-21T02:10:38.918Z] "GET /x HTTP/1.1" 403 - rbac_access_denied_matched_policy[ns[payment]-policy[deny]-rule[0]] - "-" 0 19 0 - "-" "-" "be8acda7-7253-4015-8231-02001b7ed323" "a:8080" "-" inbound|8080|| - 10.0.0.1:8080 10.0.0.2:55494 - default\n`;

interface Case {
  readonly schema: string;
  readonly argv: readonly string[];
  readonly stdin?: string;
}

/** Every command that writes JSON, on recordings; several where one does not have every form. */
const CASES: readonly Case[] = [
  ...['stale-2of9-RDS', 'nack-real-envoy', 'two-istiods.first', 'notsent-neveracked-before-push'].map(
    (name): Case => ({ schema: 'proxies', argv: ['status', '--syncz', fixture(`syncz/${name}.json`)] }),
  ),
  { schema: 'proxies', argv: ['bundle', REPORT, '--status'] },
  { schema: 'bundle', argv: ['bundle', REPORT] },
  { schema: 'bundle', argv: ['bundle', REPORT, 'checkout-v1-5c7d8e9f6b-qw4rt.payment'] },
  { schema: 'flags', argv: ['bundle', REPORT, '--flags'] },
  { schema: 'flags', argv: ['flags', ONE_EACH] },
  { schema: 'decode', argv: ['decode', 'UF,URX', 'RL', 'via_upstream', 'nonsense'] },
  { schema: 'decode', argv: ['decode'], stdin: DENIED },
  { schema: 'decode', argv: ['decode'], stdin: readFileSync(ONE_EACH, 'utf8').split('\n').slice(0, 4).join('\n') },
  {
    schema: 'decode',
    argv: ['decode'],
    stdin:
      '2026-11-21T03:14:33.981072Z\twarning\tenvoy config ./source/x.h:227\tDeltaAggregatedResources gRPC config stream to xds-grpc closed since 36s ago: 14, connection error: desc = "transport: Error while dialing: dial tcp 10.0.0.1:15012: connect: connection refused"\tthread=1\n',
  },
  ...ENVOY_SECTIONS.flatMap((section): Case[] => [
    { schema: `config-${section}`, argv: ['config', section, '-f', ENVOY] },
    { schema: `config-${section}`, argv: ['config', section, '-f', NACK] },
  ]),
  { schema: 'config-endpoints', argv: ['config', 'endpoints', '-f', STATUSES] },
  { schema: 'config-bootstrap', argv: ['config', 'bootstrap', '-f', ENVOY] },
  { schema: 'config-secrets', argv: ['config', 'secret', '-f', ENVOY] },
  { schema: 'config-log', argv: ['config', 'log', '-f', LOGGING] },
  { schema: 'config-all', argv: ['config', 'all', '-f', ENVOY] },
  { schema: 'config-all', argv: ['config', 'all', '-f', ISTIOD] },
  { schema: 'diff', argv: ['diff', '--istiod', ISTIOD, '--envoy', ENVOY] },
  { schema: 'diff', argv: ['diff', '--istiod', NACK_ISTIOD, '--envoy', NACK] },
  { schema: 'diff', argv: ['compare', ENVOY, NACK] },
  ...['payment-svc.payment:8080/pay', 'ghost.payment:8080/', 'example.com:443', 'nobody.example:9999/x'].map(
    (target): Case => ({ schema: 'trace', argv: ['trace', '-f', ENVOY, '-f', STATUSES, target] }),
  ),
  { schema: 'analyze', argv: ['analyze', fixture('analyze/1-vs-gateway-missing.yaml')] },
  { schema: 'analyze', argv: ['analyze', '-A', fixture('analyze/4-serviceentry-shadow.yaml')] },
  {
    schema: 'authz',
    argv: ['authz', 'payment-svc-v1-6d8f9b7c5d-2xkqp.payment', '--from', 'plaintext', '--method', 'GET', ...POLICIES],
  },
  {
    schema: 'authz',
    argv: [
      'authz',
      'payment-svc-v1-6d8f9b7c5d-2xkqp.payment',
      ...['--from', 'payment/checkout', '--method', 'GET', '--path', '/pay', '--host', 'a', '--port', '8080'],
      ...POLICIES,
    ],
  },
];

async function documentOf({ argv, stdin }: Case): Promise<unknown> {
  const { stdout, stderr } = await runCli([...argv, '-o', 'json'], stdin === undefined ? {} : { stdin });
  assert.notEqual(stdout, '', stderr);
  return JSON.parse(stdout) as unknown;
}

function schemaOf(name: string) {
  return SCHEMAS.get(name) ?? assert.fail(`no schema ${name}`);
}

function assertValid(name: string, document: unknown): void {
  const { validate } = schemaOf(name);
  assert.ok(validate(document), JSON.stringify(validate.errors?.slice(0, 5), undefined, 1));
}

describe('what commands write', () => {
  for (const each of CASES) {
    test(`${each.argv.slice(0, 2).join(' ').replace(/\S*\//g, '')} … is as ${each.schema} says`, async () => {
      assertValid(each.schema, await documentOf(each));
    });
  }

  test('a report with everything wrong in it is as bundle says', async () => {
    const file = join(folder, 'wrong.tar.gz');
    await changedReport(file, (entry) => (/syncz|crs|config_dump/.test(entry.path) ? { ...entry, text: '' } : entry));
    assertValid('bundle', await documentOf({ schema: 'bundle', argv: ['bundle', file] }));
  });
});

const at = epochSeconds(1_700_000_000.25);
const STATUS = statusDocument(
  {
    ...emptySnapshot(at),
    sources: [nextHealth(newHealth('istiod'), { ok: false, errors: [{ code: 'refused', detail: 'nobody' }] }, at)],
    controlPlane: {
      state: 'fresh',
      at,
      value: {
        poll: 1,
        istiods: [
          {
            istiod: { name: 'istiod-1', namespace: 'istio-system', revision: 'default' },
            access: 'http',
            polledAt: at,
            error: { code: 'denied', status: 403, detail: 'istiod answered 403' },
            proxies: [],
          },
        ],
      },
    },
    traffic: {
      state: 'fresh',
      at,
      value: {
        requests: [],
        proxyLogs: [],
        xdsStreamFailures: [],
        intake: [
          {
            source: 'files',
            lines: { access: 1, unparsed: 0, proxy_log: 0, other: 0, dropped: 0 },
            skippedBytes: 0,
            newestLineAt: at,
          },
        ],
      },
    },
  },
  { version: '1.2.3', revision: '', role: 'all', startedAt: at, pending: ['kubernetes'] },
);

const FINDING = {
  code: 'IST0101',
  level: 'Error',
  object: { kind: 'Gateway', namespace: 'shop', name: 'g' },
  text: 'x',
} as const;
const FINDINGS: unknown = findingsDocument(
  {
    ...emptySnapshot(at),
    analysis: {
      state: 'fresh',
      at,
      value: {
        findings: [FINDING],
        suppressed: [FINDING],
        unknown: [{ codes: ['IST0161'], why: 'Secrets are not read' }],
      },
    },
  },
  {},
);

test('the findings of the API are as findings says, known or not', () => {
  assertValid('findings', structuredClone(FINDINGS));
  assertValid('findings', findingsDocument(emptySnapshot(at), {}));
});

test('the status of the API is as api-status says, known or not', () => {
  assertValid('api-status', JSON.parse(JSON.stringify(STATUS)));
  const nothing = statusDocument(emptySnapshot(at), {
    version: '1.2.3',
    revision: 'abc',
    role: 'agent',
    startedAt: at,
    pending: [],
  });
  assertValid('api-status', JSON.parse(JSON.stringify(nothing)));
  assertValid('api-error', { error: 'no such path' });
});

describe('a document with a key renamed', () => {
  for (const { name } of SCHEMA_DOCUMENTS) {
    test(`is refused by ${name}, whichever key it is`, async () => {
      const { json, validate } = schemaOf(name);
      const documents = await samplesOf(name);
      const seen = new Set<string>();
      for (const document of documents) {
        for (const { object, key, place } of keysOf(document, json, '')) {
          if (seen.has(place)) continue;
          seen.add(place);
          const value = object[key];
          delete object[key];
          object[`${key}Renamed`] = value;
          assert.equal(validate(document), false, `${place} may be renamed`);
          delete object[`${key}Renamed`];
          object[key] = value;
        }
        assert.ok(validate(document), 'put back as it was');
      }
      assert.ok(seen.size > 0);
    });
  }
});

async function samplesOf(name: string): Promise<readonly unknown[]> {
  if (name === 'api-status') return [JSON.parse(JSON.stringify(STATUS))];
  if (name === 'config-log-level') return [[{ name: 'rbac', before: 'warning', after: 'debug' }]];
  if (name === 'findings') return [structuredClone(FINDINGS)];
  if (name === 'api-error') return [{ error: 'x' }, { error: 'x', standby: true, leader: 'ladder-1' }];
  if (name === 'api-diff') {
    const diffs = (await samplesOf('diff')) as readonly object[];
    return diffs.map((each) => ({ at: STATUS.at, about: { namespace: 'a', pod: 'b' }, ...each, leftOut: 0 }));
  }
  if (name === 'ladder') {
    const document = (await documentOf({ schema: 'bundle', argv: ['bundle', REPORT] })) as Record<string, unknown>;
    delete document['bundle'];
    return [document];
  }
  return Promise.all(CASES.filter(({ schema }) => schema === name).map(documentOf));
}

interface KeyPlace {
  readonly object: Record<string, unknown>;
  readonly key: string;
  readonly place: string;
}

/** Every key that a schema names, where the document has it. Keys that are data are not named. */
function* keysOf(value: unknown, schema: JsonSchema, place: string): Generator<KeyPlace> {
  const form = formOf(value, schema);
  if (Array.isArray(value)) {
    for (const item of value) yield* keysOf(item, (form['items'] ?? {}) as JsonSchema, `${place}[]`);
  } else if (typeof value === 'object' && value !== null) {
    const object = value as Record<string, unknown>;
    const named = (form['properties'] ?? {}) as Record<string, JsonSchema>;
    const others = form['additionalProperties'];
    for (const key of Object.keys(object)) {
      const own = named[key] ?? (typeof others === 'object' ? (others as JsonSchema) : {});
      yield* keysOf(object[key], own, `${place}.${key in named ? key : '*'}`);
      if (key in named) yield { object, key, place: `${place}.${key}` };
    }
  }
}

/** Of several forms, the one that the value has. */
function formOf(value: unknown, schema: JsonSchema): JsonSchema {
  const forms = (schema['anyOf'] ?? schema['oneOf']) as readonly JsonSchema[] | undefined;
  if (forms === undefined) return schema;
  return forms.find((form) => ajv.validate(form, value)) ?? assert.fail('none of its forms');
}

test('the schemas that lie there are those of the program, each linked from the docs', () => {
  assert.deepEqual([...SCHEMAS.keys()].sort(), SCHEMA_DOCUMENTS.map(({ name }) => name).sort());
  const commands = readFileSync(new URL('../commands.md', FOLDER), 'utf8');
  const api = readFileSync(new URL('../api.md', FOLDER), 'utf8');
  for (const { name, commands: own, paths } of SCHEMA_DOCUMENTS) {
    for (const command of own) assert.ok(commands.includes(`\`${command}\`: [schemas/${name}.json]`), command);
    if (paths.length > 0) assert.ok(api.includes(`(schemas/${name}.json)`), name);
  }
});

test('a command whose -o knows json has a schema', async () => {
  const { COMMANDS } = await import('../../../src/cli/program.ts');
  const told = new Set(SCHEMA_DOCUMENTS.flatMap(({ commands }) => commands.map((each) => each.split(' ')[0])));
  for (const { name } of COMMANDS) {
    const { stdout } = await runCli([name, '--help']);
    const writes = /-o, --output <format>[\s\S]{0,120}\bjson\b/.test(stdout);
    assert.equal(told.has(name), writes, name);
  }
});
