import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MeshConfig } from '../../../src/model/workload.ts';
import { classify } from '../../../src/sources/access-log/classify.ts';
import { compileFormat } from '../../../src/sources/access-log/format.ts';
import { type FormatSpec, formatOfMesh, formatSpec } from '../../../src/sources/access-log/format-spec.ts';
import { jsonLine, logged, REQUEST, textLine } from '../../support/access-lines.ts';
import { renderJson, renderText } from '../../support/envoy-format.ts';

const CUSTOM = '%RESPONSE_CODE% %RESPONSE_FLAGS% %UPSTREAM_CLUSTER% "%REQ(USER-AGENT)%"';
const DEFAULT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%\n';
const JSON_CUSTOM = { code: '%RESPONSE_CODE%', flags: '%RESPONSE_FLAGS%', agent: '%REQ(USER-AGENT)%' };
const JSON_DEFAULT = {
  response_code: '%RESPONSE_CODE%',
  response_flags: '%RESPONSE_FLAGS%',
  upstream_cluster: '%UPSTREAM_CLUSTER%',
  trace_id: '%TRACE_ID%',
};

function mesh(over: Partial<MeshConfig> = {}): MeshConfig {
  return { namespace: 'istio-system', name: 'istio', revision: 'default', raw: {}, ...over };
}

function withProviders(...providers: unknown[]): MeshConfig {
  return mesh({ raw: { extensionProviders: providers } });
}

function fileLog(logFormat: unknown, over: Record<string, unknown> = {}): unknown {
  return { name: 'mine', envoyFileAccessLog: { path: '/dev/stdout', logFormat, ...over } };
}

function kinds(spec: FormatSpec): string | readonly string[] {
  if (typeof spec === 'string') return spec;
  return spec.kind === 'mixed' ? spec.formats.map(({ kind, from }) => `${kind} ${from}`) : `${spec.kind} ${spec.from}`;
}

test('a configured format is one of the defaults, or an accessLogFormat', () => {
  const table: readonly (readonly [string, string])[] = [
    ['auto', 'auto'],
    ['text', 'text'],
    ['json', 'json'],
    [DEFAULT, 'text'],
    [DEFAULT.trimEnd(), 'text'],
    [DEFAULT.replace('_RAW', ''), 'text'],
    [JSON.stringify(JSON_DEFAULT), 'json'],
    [JSON.stringify(JSON_DEFAULT, undefined, 2), 'json'],
    [CUSTOM, 'text accessLog.format'],
    [JSON.stringify(JSON_CUSTOM, undefined, 2), 'json accessLog.format'],
    ['{"code":%RESPONSE_CODE%,"flags":"%RESPONSE_FLAGS%"}', 'text accessLog.format'],
    ['{"code":"%RESPONSE_CODE%","flags":"%RESPONSE_FLAGS%"}', 'json accessLog.format'],
    ['Text', 'text accessLog.format'],
  ];
  for (const [value, expected] of table) assert.equal(kinds(formatSpec(value)), expected, value);
});

test('a JSON template is the default one only where its keys mean what they mean there', () => {
  const isDefault = (template: unknown): boolean => formatSpec(JSON.stringify(template)) === 'json';
  assert.ok(isDefault(JSON_DEFAULT));
  assert.ok(isDefault({ ...JSON_DEFAULT, agent: '%REQ(USER-AGENT)%', fixed: 'x' }));
  assert.ok(!isDefault({ ...JSON_DEFAULT, upstream_cluster: '%UPSTREAM_HOST%' }));
  assert.ok(!isDefault({ ...JSON_DEFAULT, route: '%ROUTE_NAME%' }), 'a field under another name');
  assert.ok(!isDefault({ ...JSON_DEFAULT, all: 'to %ROUTE_NAME%' }), 'a field inside of a text');
  assert.ok(!isDefault({ ...JSON_DEFAULT, more: { route_name: '%ROUTE_NAME%' } }));
  assert.ok(!isDefault({ ...JSON_DEFAULT, response_flags: '%RESPONSE_FLAGS_LONG%' }));
  assert.ok(!isDefault({ ...JSON_DEFAULT, broken: '%' }));
  assert.ok(!isDefault({ response_code: '%RESPONSE_CODE%' }));
});

test('what mesh configurations say of the format', async (t) => {
  const from = 'accessLogFormat of ConfigMap istio-system/istio';
  const provider = 'extension provider mine of ConfigMap istio-system/istio';
  const table: Readonly<Record<string, readonly [readonly MeshConfig[], string | readonly string[]]>> = {
    'no mesh': [[], 'auto'],
    'nothing set': [[mesh()], 'auto'],
    'text by default': [[mesh({ accessLogFile: '/dev/stdout', accessLogEncoding: 'TEXT' })], 'auto'],
    'JSON by default': [[mesh({ accessLogFile: '/dev/stdout', accessLogEncoding: 'JSON' })], 'auto'],
    'an empty format': [[mesh({ accessLogFormat: '' })], 'auto'],
    'the default, written out': [[mesh({ accessLogFormat: DEFAULT })], 'auto'],
    'a format of text': [[mesh({ accessLogFormat: CUSTOM })], [`text ${from}`]],
    'a format of text that looks like JSON': [
      [mesh({ accessLogFormat: JSON.stringify(JSON_CUSTOM) })],
      [`text ${from}`],
    ],
    'a JSON template': [
      [mesh({ accessLogFormat: JSON.stringify(JSON_CUSTOM), accessLogEncoding: 'JSON' })],
      [`json ${from}`],
    ],
    'an empty JSON template': [[mesh({ accessLogFormat: '{}', accessLogEncoding: 'JSON' })], 'auto'],
    'broken JSON, for which Istio takes its default': [
      [mesh({ accessLogFormat: '{"code":', accessLogEncoding: 'JSON' })],
      'auto',
    ],
    'text where JSON is asked for': [[mesh({ accessLogFormat: CUSTOM, accessLogEncoding: 'JSON' })], 'auto'],
    'a provider with text': [[withProviders(fileLog({ text: CUSTOM }))], [`text ${provider}`]],
    'a provider with labels': [[withProviders(fileLog({ labels: JSON_CUSTOM }))], [`json ${provider}`]],
    'a provider with labels that are none': [[withProviders(fileLog({ labels: {} }))], 'auto'],
    'a provider with no format': [[withProviders(fileLog(undefined))], 'auto'],
    'a provider that inherits, and leaves out what is not set': [
      [withProviders(fileLog(undefined, { omitEmptyValues: true }))],
      [`text ${provider}`],
    ],
    'a provider for another file': [[withProviders(fileLog({ text: CUSTOM }, { path: '/var/log/x' }))], 'auto'],
    'a provider for OpenTelemetry': [[withProviders({ name: 'otel', envoyOtelAls: { service: 'x' } })], 'auto'],
    'providers that are no list': [[mesh({ raw: { extensionProviders: 'x' } })], 'auto'],
    'providers that are nonsense': [
      [
        withProviders(
          null,
          1,
          [],
          'x',
          { name: {} },
          { envoyFileAccessLog: [] },
          fileLog([]),
          fileLog({ text: 1, labels: 2 }),
        ),
      ],
      'auto',
    ],
    'the same format twice': [
      [mesh({ accessLogFormat: CUSTOM, raw: { extensionProviders: [fileLog({ text: CUSTOM })] } })],
      [`text ${provider}`],
    ],
    'two revisions': [
      [mesh({ accessLogFormat: CUSTOM }), mesh({ name: 'istio-canary', accessLogFormat: `${CUSTOM} %ROUTE_NAME%` })],
      [`text ${from}`, 'text accessLogFormat of ConfigMap istio-system/istio-canary'],
    ],
  };
  for (const [name, [meshes, expected]] of Object.entries(table)) {
    await t.test(name, () => assert.deepEqual(kinds(formatOfMesh(...meshes)), expected));
  }
});

test('where proxies write several formats, each line is read by its own', () => {
  const fuller = { ...JSON_CUSTOM, to: '%UPSTREAM_CLUSTER%' };
  const spec = formatOfMesh(
    mesh({
      accessLogFormat: CUSTOM,
      raw: { extensionProviders: [fileLog({ labels: JSON_CUSTOM }), fileLog({ labels: fuller })] },
    }),
  );
  const { format, problems } = compileFormat(spec);
  assert.deepEqual(problems, []);
  assert.ok(format !== undefined);
  const clusterOf = (line: string): string | undefined => {
    const found = classify(line, format);
    if (found.kind !== 'access') return found.kind;
    assert.equal(found.line.raw.flags, REQUEST.flags);
    return found.line.raw.upstreamCluster;
  };
  assert.equal(clusterOf(renderText(CUSTOM, REQUEST)), REQUEST.cluster);
  assert.equal(clusterOf(renderJson(JSON_CUSTOM, REQUEST)), '-');
  assert.equal(clusterOf(renderJson(fuller, REQUEST)), REQUEST.cluster);
  assert.equal(clusterOf(textLine(REQUEST)), REQUEST.cluster);
  assert.equal(clusterOf(jsonLine(REQUEST)), REQUEST.cluster);
  assert.equal(clusterOf('{"level":"info","time":"2026-08-01T09:14:03.5Z","scope":"sds","msg":"x"}'), 'proxy_log');
  assert.equal(clusterOf('concurrency: 1'), 'other');
});

test('a line that two formats read in two ways is not counted', () => {
  const spec = formatOfMesh(
    mesh({ accessLogFormat: '%REQ(USER-AGENT)% %RESPONSE_CODE% %RESPONSE_FLAGS% %UPSTREAM_CLUSTER% %ROUTE_NAME%' }),
  );
  const { format } = compileFormat(spec);
  assert.ok(format !== undefined);
  const template = '%REQ(USER-AGENT)% %RESPONSE_CODE% %RESPONSE_FLAGS% %UPSTREAM_CLUSTER% %ROUTE_NAME%';
  assert.equal(classify(renderText(template, REQUEST), format).kind, 'access');
  // A user agent that makes the line one of Istio's default, with another code and another route.
  const forged = textLine(logged({ code: '200', flags: 'UH', cluster: 'outbound|80||evil.evil' }));
  const userAgent = forged.slice(0, forged.lastIndexOf(' 10.96.0.12'));
  const line = renderText(template, logged({ userAgent }));
  assert.equal(classify(line, 'auto').kind, 'access', 'it looks like one of the default');
  assert.equal(classify(line, format).kind, 'unparsed');
});

test('beside a format that cannot be read, the others are', () => {
  const spec = formatOfMesh(
    mesh({ accessLogFormat: '%RESPONSE_CODE%', raw: { extensionProviders: [fileLog({ text: CUSTOM })] } }),
  );
  const { format, problems } = compileFormat(spec);
  assert.deepEqual(problems, [
    {
      kind: 'problem',
      code: 'missing_flags',
      message: 'accessLogFormat of ConfigMap istio-system/istio: no response flags are written: add %RESPONSE_FLAGS%.',
    },
  ]);
  assert.ok(format !== undefined);
  assert.equal(classify(renderText(CUSTOM, REQUEST), format).kind, 'access');
  assert.equal(classify(textLine(REQUEST), format).kind, 'access');
});

test('the default text without empty values is read where the mesh says it is written', () => {
  const spec = formatOfMesh(withProviders(fileLog(undefined, { omitEmptyValues: true })));
  const { format, problems } = compileFormat(spec);
  assert.deepEqual(problems, []);
  assert.ok(format !== undefined);
  const line = textLine(logged({ termination: '', serviceTime: '', serverName: '', forwardedFor: '', transport: '' }));
  assert.equal(classify(line, 'auto').kind, 'unparsed');
  const found = classify(line, format);
  assert.equal(found.kind === 'access' && found.line.raw.upstreamCluster, REQUEST.cluster);
  assert.equal(found.kind === 'access' && found.line.raw.route, REQUEST.route);
});
