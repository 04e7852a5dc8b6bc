import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ALL, type AskOptions, NOBODY, startLab } from './lab.ts';
import { findTranscript, readTranscripts, type Transcript } from './transcripts.ts';

/** Recorded requests that are refused, with who asks: the same must be answered here, word for word. */
const REFUSED: readonly (readonly [file: string, title: string, token: string | null])[] = [
  ['01-list-limit-continue.txt', 'garbage continue token', ALL],
  ['02-selectors.txt', 'fieldSelector of an unsupported field', ALL],
  ['02-selectors.txt', 'bad labelSelector', ALL],
  ['02-selectors.txt', 'fieldSelector on a CRD: spec fields do not', ALL],
  ['04-not-found.txt', 'kind whose CRD / API group is absent', ALL],
  ['04-not-found.txt', 'API group is there, resource is not', ALL],
  ['04-not-found.txt', 'group there, resource not in that version', ALL],
  ['04-not-found.txt', 'group there, version not served', ALL],
  ['04-not-found.txt', 'built-in group, unknown resource', ALL],
  ['04-not-found.txt', 'object absent', ALL],
  ['04-not-found.txt', 'pod absent', ALL],
  ['04-not-found.txt', 'WATCH of an absent kind', ALL],
  ['04-not-found.txt', 'discovery of an absent group', ALL],
  ['05-401.txt', 'bad bearer token', 'nobody-knows-it'],
  ['05-401.txt', 'no token at all', null],
  ['06-403-rbac.txt', 'service account lab/nobody without roles lists pods', NOBODY],
  ['06-403-rbac.txt', 'of one namespace', NOBODY],
  ['06-403-rbac.txt', "a CRD's kind: 403", NOBODY],
  ['06-403-rbac.txt', 'an ABSENT kind without rights', NOBODY],
  ['06-403-rbac.txt', 'watch: 403 too', NOBODY],
  ['06-403-rbac.txt', 'pod log: subresource', NOBODY],
  ['06-403-rbac.txt', 'create a Lease', NOBODY],
  ['07-watch.txt', 'sendInitialEvents without resourceVersionMatch', ALL],
  ['07-watch.txt', 'resourceVersion that is no number', ALL],
];

function optionsOf({ method, headers, body }: Transcript, token: string | null): AskOptions {
  const { Authorization: _, ...rest } = headers as Record<string, string>;
  return { method, headers: rest, token, ...(body !== undefined && { body }) };
}

test('what is refused is refused in the words of a real API server', async (context) => {
  const lab = await startLab(context);
  for (const [file, title, token] of REFUSED) {
    await context.test(`${file}: ${title}`, async () => {
      const recorded = findTranscript(readTranscripts(file), title);
      const answered = await lab.ask(recorded.target, optionsOf(recorded, token));
      assert.equal(answered.status, recorded.status);
      assert.equal(answered.headers.get('content-type'), recorded.answerHeaders['content-type']);
      assert.equal(
        answered.headers.get('x-content-type-options') ?? undefined,
        recorded.answerHeaders['x-content-type-options'],
      );
      assert.equal(answered.headers.get('cache-control'), recorded.answerHeaders['cache-control']);
      assert.match(answered.headers.get('audit-id') ?? '', /^[0-9a-f-]{36}$/);
      if (recorded.answer.startsWith('{')) assert.deepEqual(answered.json(), JSON.parse(wholeJson(recorded.answer)));
      else assert.equal(answered.text, `${recorded.answer}\n`);
    });
  }
});

/** One transcript was cut short. */
function wholeJson(text: string): string {
  return text.endsWith('}')
    ? text
    : `${text.replace(/,\s*$/, '')},"message":"Unauthorized","reason":"Unauthorized","code":401}`;
}

test('a server that has too much to do says so in plain text, and when to come again', async (context) => {
  const lab = await startLab(context);
  lab.server.overload(1);
  const answered = await lab.ask('/api/v1/namespaces/payment/pods');
  assert.equal(answered.status, 429);
  assert.equal(answered.text, 'Too many requests, please try again later.\n');
  assert.equal(answered.headers.get('content-type'), 'text/plain; charset=utf-8');
  assert.equal(answered.headers.get('retry-after'), '1');
  assert.equal((await lab.ask('/api/v1/namespaces/payment/pods')).status, 200);
});

test('a representation nobody serves is a 406, and other writes are not allowed', async (context) => {
  const lab = await startLab(context);
  const refused = await lab.ask('/api/v1/namespaces/lab/pods', { headers: { accept: 'text/csv' } });
  assert.equal(refused.status, 406);
  assert.equal(refused.json()['reason'], 'NotAcceptable');
  const written = await lab.ask('/api/v1/namespaces/lab/pods', { method: 'POST', body: '{}' });
  assert.equal(written.status, 405);
});

test('a path that cannot be decoded names nothing', async (context) => {
  const lab = await startLab(context);
  for (const target of ['/api/v1/namespaces/%zz/pods', '/api/v1//pods', '/nothing', '/api/v2/pods']) {
    assert.equal((await lab.ask(target)).status, 404, target);
  }
});

test('who sends no header is known by the address he was given', async (context) => {
  const lab = await startLab(context);
  const list = (token: string) => fetch(`${lab.server.urlFor(token)}/api/v1/namespaces/lab/pods?limit=1`);
  const served = await list(ALL);
  assert.equal(served.status, 200);
  assert.equal(((await served.json()) as { kind: string }).kind, 'PodList');
  assert.equal((await list(NOBODY)).status, 403);
  assert.equal((await list('nobody-knows-it')).status, 401);
});
