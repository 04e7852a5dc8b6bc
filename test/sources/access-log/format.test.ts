import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { LineReading } from '../../../src/sources/access-log/access-line.ts';
import { classify, type LineFormat } from '../../../src/sources/access-log/classify.ts';
import { compileFormat } from '../../../src/sources/access-log/format.ts';
import { formatSpec } from '../../../src/sources/access-log/format-spec.ts';
import type { RawRequest } from '../../../src/sources/access-log/raw-request.ts';
import { type Logged, logged, REQUEST } from '../../support/access-lines.ts';
import { computingMs } from '../../support/computing-ms.ts';
import { renderJson, renderText } from '../../support/envoy-format.ts';

const DEFAULT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% "%UPSTREAM_TRANSPORT_FAILURE_REASON%" %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%" %UPSTREAM_CLUSTER_RAW% %UPSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS% %REQUESTED_SERVER_NAME% %ROUTE_NAME%';

/** Custom formats as people write them, and which fields their lines tell. */
const READ: Readonly<Record<string, readonly [template: string, fields: readonly (keyof RawRequest)[]]>> = {
  'the default and a trace': [
    `${DEFAULT} "%REQ(TRACEPARENT)%"\n`,
    [
      'details',
      'terminationDetails',
      'transportFailure',
      'authority',
      'upstreamCluster',
      'downstreamLocalAddress',
      'route',
    ],
  ],
  "Envoy's own default": [
    '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% "%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n',
    ['authority'],
  ],
  'as few as can be': ['%RESPONSE_FLAGS%', []],
  'code and flags in front': ['%RESPONSE_CODE% %RESPONSE_FLAGS% %REQ(USER-AGENT)%', []],
  'code and flags behind': ['%REQ(USER-AGENT)% %RESPONSE_CODE% %RESPONSE_FLAGS%', []],
  'the flags between two clients, in quotes': ['"%REQ(USER-AGENT)%" %RESPONSE_FLAGS% "%REQ(X-FORWARDED-FOR)%"', []],
  'tabs, and a path without its query': [
    '%START_TIME%\t%REQ(:METHOD)%\t%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%\t%RESPONSE_CODE%\t%RESPONSE_FLAGS%\t%UPSTREAM_CLUSTER%\t%REQ(USER-AGENT)%',
    ['upstreamCluster'],
  ],
  'names and values': [
    'time=%START_TIME% code=%RESPONSE_CODE% flags=%RESPONSE_FLAGS% route=%ROUTE_NAME% cluster=%UPSTREAM_CLUSTER% agent="%REQ(USER-AGENT)%" host="%REQ(:AUTHORITY)%"',
    ['route', 'upstreamCluster', 'authority'],
  ],
  'text that looks like JSON': [
    '{"code":%RESPONSE_CODE%,"flags":"%RESPONSE_FLAGS%","agent":"%REQ(USER-AGENT)%","cluster":"%UPSTREAM_CLUSTER%"}',
    ['upstreamCluster'],
  ],
  'long names of flags': ['%RESPONSE_FLAGS_LONG% %RESPONSE_CODE%', []],
  'both names of flags': ['%RESPONSE_FLAGS_LONG% %RESPONSE_FLAGS% %RESPONSE_CODE%', []],
  'details with blanks, in quotes': [
    '%RESPONSE_CODE% %RESPONSE_FLAGS% "%RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)%" %DURATION%',
    ['details'],
  ],
  'times of other forms': [
    '[%START_TIME(%d/%b/%Y:%H:%M:%S %z)%] %START_TIME(%s.%3f)% %RESPONSE_CODE% %RESPONSE_FLAGS% "%REQ(USER-AGENT)%"',
    [],
  ],
  'a cut user agent': ['%RESPONSE_CODE% %RESPONSE_FLAGS% "%REQ(USER-AGENT):20%"', []],
  'percent signs': ['100%% %RESPONSE_CODE% %% %RESPONSE_FLAGS%%%', []],
  'brackets in an argument': ["%RESPONSE_CODE% %RESPONSE_FLAGS% %CEL(request.headers['a'].contains('b'))%", []],
  'newer names of operators': ['%RESPONSE_CODE% %RESPONSE_FLAGS% "%REQUEST_HEADER(:AUTHORITY)%"', ['authority']],
  'the path of the request itself': [
    '%RESPONSE_CODE% %REQ(:PATH)% %RESPONSE_FLAGS% "%REQ(USER-AGENT)%" %PATH(NQ:PATH)%',
    [],
  ],
  'a table': ['| %RESPONSE_CODE% | %RESPONSE_FLAGS% | %ROUTE_NAME% | %REQ(USER-AGENT)% |', ['route']],
};

const REQUESTS: readonly Logged[] = [
  REQUEST,
  logged({
    code: '200',
    flags: '-',
    transport: '-',
    serviceTime: '3',
    userAgent: 'Mozilla/5.0 (X11; Linux x86_64) a/1',
  }),
  logged({ cluster: 'inbound|8080||', details: '-', forwardedFor: '-', userAgent: '-', requestId: '-' }),
  logged({ cluster: '-', code: '404', flags: 'NR', upstreamHost: '-', upstreamLocal: '-', serverName: '-' }),
  logged({ method: '-', path: '-', protocol: '-', code: '0', flags: 'UF,URX', authority: '-', userAgent: '-' }),
];

function compiled(template: string): LineFormat {
  const { format, problems } = compileFormat(formatSpec(template));
  assert.deepEqual(problems, []);
  assert.ok(format !== undefined);
  return format;
}

/** What a format that writes these fields tells of a request: the rest is not set. */
function told(request: Logged, fields: readonly string[]): RawRequest {
  const has = (field: string, value: string): string => (fields.includes(field) ? value : '-');
  const upstreamCluster = has('upstreamCluster', request.cluster);
  return {
    responseCode: request.code,
    flags: request.flags,
    details: has('details', request.details),
    terminationDetails: has('terminationDetails', request.termination),
    transportFailure: has('transportFailure', request.transport),
    authority: /\|[^|]+$/.test(upstreamCluster) ? '-' : has('authority', request.authority),
    upstreamCluster,
    downstreamLocalAddress: upstreamCluster === '-' ? has('downstreamLocalAddress', request.downstreamLocal) : '-',
    route: has('route', request.route),
  };
}

function rawOf(line: string, format: LineFormat): RawRequest | string {
  const found = classify(line, format);
  return found.kind === 'access' ? found.line.raw : found.kind;
}

test('custom formats of text are read', async (t) => {
  for (const [name, [template, fields]] of Object.entries(READ)) {
    await t.test(name, () => {
      const format = compiled(template);
      for (const request of REQUESTS) {
        const expected = told(request, [...fields]);
        const actual = rawOf(renderText(template, request), format);
        if (!template.includes('%RESPONSE_CODE%')) assert.deepEqual(actual, { ...expected, responseCode: '-' });
        else assert.deepEqual(actual, expected);
      }
    });
  }
});

test('a time of the default form is told, another is not', () => {
  const at = (template: string): number | undefined => {
    const found = classify(renderText(template, REQUEST), compiled(template));
    return found.kind === 'access' ? found.line.at : Number.NaN;
  };
  assert.equal(at('%START_TIME% %RESPONSE_FLAGS%'), Date.parse(REQUEST.start) / 1000);
  assert.equal(at('%START_TIME(%s.%3f)% %RESPONSE_FLAGS%'), undefined);
  assert.equal(at('%RESPONSE_FLAGS%'), undefined);
});

test('values that omitEmptyValues leaves out are not set', () => {
  const format = compiled('[%START_TIME%] %RESPONSE_CODE% %RESPONSE_FLAGS% "%UPSTREAM_CLUSTER%" %ROUTE_NAME%');
  const line = '[2026-08-01T09:14:03.512Z] 404 NR "" ';
  assert.deepEqual(rawOf(line, format), told(logged({ code: '404', flags: 'NR' }), []));
});

/** Formats that are refused, and what is said of them. */
const REFUSED: Readonly<Record<string, readonly [template: string, code: string, ...messages: string[]]>> = {
  'no flags': [
    '[%START_TIME%] %RESPONSE_CODE%',
    'missing_flags',
    'no response flags are written: add %RESPONSE_FLAGS%.',
  ],
  'nothing at all': ['', 'missing_flags', 'no response flags are written: add %RESPONSE_FLAGS%.'],
  'flags between two clients': [
    '%REQ(USER-AGENT)% %RESPONSE_FLAGS% %REQ(X-FORWARDED-FOR)%',
    'forgeable',
    '%RESPONSE_FLAGS% at character 19 cannot be told from %REQ(USER-AGENT)% and %REQ(X-FORWARDED-FOR)%, which may hold anything. Put %RESPONSE_FLAGS% in front of that, or double quotes round it.',
  ],
  'flags behind a comma of a client': [
    '%REQ(USER-AGENT)%,%RESPONSE_FLAGS%,%REQ(X-REQUEST-ID)%',
    'forgeable',
    '%RESPONSE_FLAGS% at character 19 cannot be told from %REQ(USER-AGENT)% and %REQ(X-REQUEST-ID)%, which may hold anything. Put %RESPONSE_FLAGS% in front of that, or double quotes round it.',
  ],
  'a route between two clients': [
    '%RESPONSE_FLAGS% %REQ(USER-AGENT)% %ROUTE_NAME% %REQ(X-REQUEST-ID)%',
    'forgeable',
    '%ROUTE_NAME% at character 36 cannot be told from %REQ(USER-AGENT)% and %REQ(X-REQUEST-ID)%, which may hold anything. Put %ROUTE_NAME% in front of that, or double quotes round it.',
  ],
  'flags right behind a client': [
    '%REQ(USER-AGENT)%%RESPONSE_FLAGS%',
    'touching',
    '%RESPONSE_FLAGS% at character 18 touches %REQ(USER-AGENT)%: nothing tells where one ends and the other begins. Put a blank between them.',
  ],
  'code and flags in one word': [
    '%RESPONSE_CODE%%RESPONSE_FLAGS%',
    'touching',
    '%RESPONSE_CODE% at character 1 touches %RESPONSE_FLAGS%: nothing tells where one ends and the other begins. Put a blank between them.',
    '%RESPONSE_FLAGS% at character 16 touches %RESPONSE_CODE%: nothing tells where one ends and the other begins. Put a blank between them.',
  ],
  'a dash between what may be dashes': [
    '%RESPONSE_CODE%-%RESPONSE_FLAGS%',
    'touching',
    '%RESPONSE_CODE% at character 1 cannot be told from what stands beside it, which may hold the same characters. Put blanks round it.',
    '%RESPONSE_FLAGS% at character 17 cannot be told from what stands beside it, which may hold the same characters. Put blanks round it.',
  ],
  'cut flags': [
    '%RESPONSE_CODE% %RESPONSE_FLAGS:2%',
    'cut',
    '%RESPONSE_FLAGS:2% at character 17 cuts what is to be counted. Leave out the length, :2.',
  ],
  'a percent sign of its own': [
    '50% %RESPONSE_FLAGS%',
    'syntax',
    'The % at character 3 begins no operator: write %NAME%, %NAME(ARGUMENT)% or %NAME(ARGUMENT):LENGTH%, and %% for a percent sign.',
  ],
  'a bracket that is not closed': [
    '%RESPONSE_FLAGS% %REQ(USER-AGENT%',
    'syntax',
    'The % at character 18 begins no operator: write %NAME%, %NAME(ARGUMENT)% or %NAME(ARGUMENT):LENGTH%, and %% for a percent sign.',
  ],
  'small letters': [
    '%response_flags%',
    'syntax',
    'The % at character 1 begins no operator: write %NAME%, %NAME(ARGUMENT)% or %NAME(ARGUMENT):LENGTH%, and %% for a percent sign.',
  ],
  'two lines': [
    '%RESPONSE_FLAGS%\n%RESPONSE_CODE%\n',
    'syntax',
    'The line break at character 17 makes several lines of one request. Keep only the one at the very end.',
  ],
  'JSON without flags': [
    '{"code":"%RESPONSE_CODE%"}',
    'missing_flags',
    'no response flags are written: add %RESPONSE_FLAGS%.',
  ],
  'JSON with flags between clients in one text': [
    '{"all":{"of it":"%REQ(USER-AGENT)% %RESPONSE_FLAGS% %REQ(X-FORWARDED-FOR)%"}}',
    'forgeable',
    '%RESPONSE_FLAGS% at character 19 of "all.of it" cannot be told from %REQ(USER-AGENT)% and %REQ(X-FORWARDED-FOR)%, which may hold anything. Put %RESPONSE_FLAGS% in front of that, or double quotes round it.',
  ],
  'JSON with cut flags': [
    '{"flags":"%RESPONSE_FLAGS:2%"}',
    'cut',
    '%RESPONSE_FLAGS:2% at character 1 of "flags" cuts what is to be counted. Leave out the length, :2.',
  ],
  'JSON with a percent sign': [
    '{"flags":"%RESPONSE_FLAGS%","share":"5%"}',
    'syntax',
    'The % at character 2 of "share" begins no operator: write %NAME%, %NAME(ARGUMENT)% or %NAME(ARGUMENT):LENGTH%, and %% for a percent sign.',
  ],
  'JSON as deep as a well': [
    `${'{"a":'.repeat(25)}"%RESPONSE_FLAGS%"${'}'.repeat(25)}`,
    'syntax',
    '"a.a.a…" is nested deeper than 20 levels: flatten it.',
  ],
};

test('formats that cannot be read safely are refused, with the place and a remedy', async (t) => {
  for (const [name, [template, code, ...messages]] of Object.entries(REFUSED)) {
    await t.test(name, () => {
      const { format, problems } = compileFormat(formatSpec(template));
      assert.equal(format, undefined);
      assert.deepEqual(
        problems,
        messages.map((message) => ({ kind: 'problem', code, message: `accessLog.format: ${message}` })),
      );
    });
  }
});

test('all problems are told at once', () => {
  const { problems } = compileFormat(
    formatSpec('{"flags":"%RESPONSE_FLAGS:2%","share":"5%","both":"%RESPONSE_CODE%%ROUTE_NAME%"}'),
  );
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['cut', 'syntax', 'touching', 'touching'],
  );
});

/** JSON templates, and which fields their lines tell. */
const READ_JSON: Readonly<Record<string, readonly [template: unknown, fields: readonly (keyof RawRequest)[]]>> = {
  'names of their own': [
    {
      ts: '%START_TIME%',
      code: '%RESPONSE_CODE%',
      flags: '%RESPONSE_FLAGS%',
      agent: '%REQ(USER-AGENT)%',
      to: '%UPSTREAM_CLUSTER%',
    },
    ['upstreamCluster'],
  ],
  nested: [
    {
      request: { agent: '%REQ(USER-AGENT)%', host: '%REQ(:AUTHORITY)%' },
      response: {
        code: '%RESPONSE_CODE%',
        flags: '%RESPONSE_FLAGS%',
        why: ['%RESPONSE_CODE_DETAILS%', '%UPSTREAM_TRANSPORT_FAILURE_REASON%'],
      },
    },
    ['authority', 'details', 'transportFailure'],
  ],
  'names of the default, other values': [
    {
      response_code: '%RESPONSE_CODE%',
      response_flags: '%RESPONSE_FLAGS%',
      upstream_cluster: '%UPSTREAM_HOST%',
      route_name: '%ROUTE_NAME%',
    },
    ['route'],
  ],
  'several in one text': [
    { line: '%RESPONSE_CODE% %RESPONSE_FLAGS% %ROUTE_NAME%', agent: '%REQ(USER-AGENT)%', host: 'to %REQ(:AUTHORITY)%' },
    ['route', 'authority'],
  ],
  'values that are no text': [
    { version: 1, sampled: true, none: null, flags: '%RESPONSE_FLAGS%', code: '%RESPONSE_CODE%', tag: 'fixed' },
    [],
  ],
  'odd names': [
    { __proto__x: 1, '': '%RESPONSE_CODE%', 'a"b': '%RESPONSE_FLAGS%', constructor: '%ROUTE_NAME%' },
    ['route'],
  ],
};

test('JSON templates are read', async (t) => {
  for (const [name, [template, fields]] of Object.entries(READ_JSON)) {
    await t.test(name, () => {
      const format = compiled(JSON.stringify(template));
      for (const request of REQUESTS) {
        const expected = told(request, [...fields]);
        assert.deepEqual(rawOf(renderJson(template, request), format), expected);
        assert.deepEqual(
          rawOf(renderJson(template, request, { omitEmpty: true }), format),
          expected,
          'omitEmptyValues',
        );
      }
    });
  }
});

test('in lines of a JSON template nothing is taken that Envoy does not write', async (t) => {
  const template = {
    code: '%RESPONSE_CODE%',
    flags: '%RESPONSE_FLAGS%',
    agent: '%REQ(USER-AGENT)%',
    to: { cluster: '%UPSTREAM_CLUSTER%' },
  };
  const format = compiled(JSON.stringify(template));
  const line = renderJson(template, REQUEST);
  const table: Readonly<Record<string, readonly [string, string]>> = {
    'flags twice': ['unparsed', line.replace('"agent":"', '"agent":"x","flags":"UH","z":"')],
    'flags twice, in disguise': ['unparsed', line.replace('"agent":"', '"agent":"x","fl\\u0061gs":"UH","z":"')],
    'an inner object twice': ['unparsed', line.replace('"agent":"', '"to":{"cluster":"evil"},"agent":"')],
    'an inner key twice': ['unparsed', line.replace('{"cluster":', '{"cluster":"evil","cluster":')],
    'flags that are a number': ['unparsed', line.replace('"URX,UF"', '1.5')],
    'flags that are a list': ['unparsed', line.replace('"URX,UF"', '["UF"]')],
    'flags that are none': ['unparsed', line.replace('"URX,UF"', '"not flags"')],
    'a code that is none': ['unparsed', line.replace('503', '99')],
    'a cluster that is an object': ['unparsed', line.replace(/"cluster":"[^"]*"/, '"cluster":{}')],
    'no flags': ['unparsed', line.replace('"flags":"URX,UF",', '')],
    'broken JSON': ['unparsed', line.slice(0, -1)],
    'two objects': ['unparsed', line + line],
    'a list': ['unparsed', `[${line}]`],
    'a log line of the agent': [
      'proxy_log',
      '{"level":"info","time":"2026-08-01T09:14:03.512387Z","scope":"sds","msg":"hello"}',
    ],
    'a log line of the agent in text': ['proxy_log', '2026-08-01T09:14:03.512387Z\tinfo\tsds\thello'],
    'part of a longer message': ['other', 'concurrency: 1'],
    'an empty line': ['other', ''],
  };
  for (const [name, [kind, text]] of Object.entries(table)) {
    await t.test(name, () => assert.equal(classify(text, format).kind, kind));
  }
});

/** Custom lines as a client would like them to be. */
const AGENTS: readonly string[] = [
  '"',
  '" "',
  '-',
  ' ',
  '',
  '" UH "',
  '" 200 UH "',
  '\t',
  '\t200\tUH\toutbound|80||evil\t',
  '\\',
  '|',
  '| 200 | UH | evil | x',
  ' 200 UH',
  'x" 200 UH "y',
  '" cluster=evil agent="',
  ' code=200 flags=UH route=evil cluster=evil agent="',
  '","code":200,"flags":"UH","agent":"',
  '","cluster":"outbound|80||evil","x":"',
  '"}',
  '%RESPONSE_FLAGS%',
  '[2026-08-01T09:14:03.512Z] "GET / HTTP/1.1" 200 UH via_upstream - "-" 0 0 0 0 "-" "-" "-" "-" "-" outbound|80||evil - - - - evil',
  'x" 0 0 0 - "-" "x" "y" "z" "1.1.1.1:1" outbound|80||evil - - - - evil "x',
  '2026-08-01T09:14:03.5Z\twarn\txdsproxy\tfailed to connect to upstream',
  '{"level":"error","msg":"x","scope":"xdsproxy"}',
  `${'" '.repeat(3000)}`,
  `${' UH '.repeat(3000)}`,
  'Überwachung\u2028/2.1',
];

/** Every client's value of every request, so that each attack meets each place. */
function attacks(): readonly Logged[] {
  return AGENTS.flatMap((text) =>
    REQUESTS.flatMap((request) => [
      { ...request, userAgent: text },
      { ...request, forwardedFor: text },
      { ...request, requestId: text },
      { ...request, authority: text },
      { ...request, path: `/${text}` },
      { ...request, userAgent: text, forwardedFor: text, authority: text },
    ]),
  );
}

test('a hostile client cannot change what custom lines tell: they tell what the proxy wrote, or are not counted', async (t) => {
  for (const [name, [template, fields]] of Object.entries(READ)) {
    await t.test(name, () => {
      const format = compiled(template);
      let counted = 0;
      for (const request of attacks()) {
        const raw = rawOf(renderText(template, request), format);
        if (raw === 'unparsed') continue;
        assert.ok(typeof raw === 'object', `${String(raw)}: ${JSON.stringify(request)}`);
        counted += 1;
        const expected = {
          ...told(request, [...fields]),
          responseCode: template.includes('%RESPONSE_CODE%') ? request.code : '-',
        };
        assert.ok(['-', expected.authority].includes(raw.authority) || request.authority === '');
        assert.deepEqual({ ...raw, authority: '' }, { ...expected, authority: '' });
      }
      assert.ok(counted > attacks().length / 4, `${counted} of ${attacks().length} are read`);
    });
  }
});

test('nor what lines of JSON templates tell, and there all are counted', async (t) => {
  for (const [name, [template, fields]] of Object.entries(READ_JSON)) {
    await t.test(name, () => {
      const format = compiled(JSON.stringify(template));
      for (const request of attacks()) {
        const raw = rawOf(renderJson(template, request), format);
        assert.ok(typeof raw === 'object', `${String(raw)}: ${JSON.stringify(request)}`);
        assert.deepEqual({ ...raw, authority: '' }, { ...told(request, [...fields]), authority: '' });
      }
    });
  }
});

test('whatever format and values fast-check thinks of, what is told is what was written', () => {
  const command = fc.constantFrom(
    '%RESPONSE_CODE%',
    '%RESPONSE_FLAGS%',
    '%REQ(USER-AGENT)%',
    '%REQ(X-FORWARDED-FOR)%',
    '%ROUTE_NAME%',
    '%UPSTREAM_CLUSTER%',
    '%RESPONSE_CODE_DETAILS%',
    '%UPSTREAM_TRANSPORT_FAILURE_REASON%',
    '%DURATION%',
    '%START_TIME%',
    '%REQ(:METHOD)%',
    '%CONNECTION_TERMINATION_DETAILS%',
    '%DOWNSTREAM_LOCAL_ADDRESS%',
  );
  const literal = fc.constantFrom(' ', '" "', '"', ' "', '" ', '\t', '|', ', ', '-', '', ' x ', '=');
  const template = fc
    .array(fc.tuple(literal, command), { minLength: 1, maxLength: 8 })
    .map((parts) => `%RESPONSE_CODE% ${parts.flat().join('')} %RESPONSE_FLAGS%`);
  const char = fc.constantFrom('"', ' ', '-', '|', '\t', ',', '=', 'x', '200', 'UH', '" "', 'default', '0');
  const value = fc.array(char, { maxLength: 8 }).map((chars) => chars.join(''));
  const request = fc.record({
    userAgent: value,
    forwardedFor: value,
    code: fc.constantFrom('0', '200', '503'),
    flags: fc.constantFrom('-', 'UF,URX', 'NR'),
    route: fc.constantFrom('-', 'default', 'x'),
    transport: fc.oneof(fc.constant('-'), value),
    cluster: fc.constantFrom('-', 'outbound|80||a.b.svc.cluster.local'),
  });
  let compiledCount = 0;
  let counted = 0;
  fc.assert(
    fc.property(template, fc.array(request, { minLength: 4, maxLength: 4 }), (text, requests) => {
      const { format } = compileFormat(formatSpec(text));
      if (typeof format !== 'function') return;
      compiledCount += 1;
      for (const over of requests) {
        const written = logged(over);
        const reading: LineReading = format(renderText(text, written));
        // None: the flags or the code that could be told are no flags and no code.
        assert.ok(reading !== undefined, 'a line of this format is one');
        if (reading === 'unclear') continue;
        counted += 1;
        assert.equal(reading.raw.flags, written.flags);
        assert.equal(reading.raw.responseCode, written.code);
        if (text.includes('ROUTE')) assert.equal(reading.raw.route, written.route);
        if (text.includes('CLUSTER')) assert.equal(reading.raw.upstreamCluster, written.cluster);
        if (text.includes('CODE_DETAILS')) assert.equal(reading.raw.details, written.details);
        if (text.includes('TRANSPORT')) assert.equal(reading.raw.transportFailure, written.transport || '-');
      }
    }),
    { numRuns: 2000 },
  );
  assert.ok(compiledCount > 200 && counted > 500, `${compiledCount} formats, ${counted} lines`);
});

test('no format throws, and no line of one', () => {
  const piece = fc.constantFrom(
    '%',
    '%%',
    '%RESPONSE_FLAGS%',
    '%REQ(',
    ')',
    ':',
    '3',
    '%START_TIME(%',
    '{',
    '}',
    '"',
    '\n',
    ' ',
    'a',
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')),
        fc.json(),
        fc.string(),
      ),
      fc.oneof(fc.string({ unit: 'binary' }), fc.json()),
      (template, line) => {
        const { format, problems } = compileFormat(formatSpec(template));
        assert.equal(format === undefined, problems.length > 0);
        if (format !== undefined) classify(line, format);
      },
    ),
    { numRuns: 3000 },
  );
});

test('no hostile line of a custom format is slow', (t) => {
  const templates = [
    ...Object.values(READ).map(([template]) => template),
    JSON.stringify(READ_JSON['several in one text']?.[0]),
  ];
  const pieces = ['" "', ' ', '"', 'UH ', ' 200 UH ', 'a', '\\', '\t', '|', '-', '0', '" 0 0 0 - "', '","flags":"UH'];
  const began = performance.now();
  for (const template of templates) {
    const format = compiled(template);
    for (const piece of pieces) {
      const hostile = logged({ userAgent: piece.repeat((1 << 20) / piece.length) });
      const line = renderText(template, hostile);
      const tookMs = computingMs(() => classify(line, format));
      assert.ok(tookMs < 2000, `${template} with ${JSON.stringify(piece)} took ${tookMs} ms`);
    }
  }
  t.diagnostic(`${templates.length * pieces.length} lines of 1 MB in ${Math.round(performance.now() - began)} ms`);
});
