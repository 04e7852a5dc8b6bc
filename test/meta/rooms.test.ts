import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { filesBelow, importsOf, readSource } from '../support/source-files.ts';

/** A room's files, and the files of `src` they may import. A file belongs to the first room that takes it. */
interface Room {
  readonly name: string;
  readonly files: RegExp;
  readonly may: readonly RegExp[];
}

/** The import graph that `docs/architecture.md` promises: sources → model → rungs → sinks, and `app` alone knows all. */
const ROOMS: readonly Room[] = [
  { name: 'model', files: /^model\//, may: [/^model\//] },
  { name: 'rungs', files: /^rungs\//, may: [/^model\//, /^rungs\//] },
  { name: 'state', files: /^state\//, may: [/^model\//, /^state\//] },
  { name: 'runtime', files: /^runtime\//, may: [/^model\//, /^runtime\//, /^state\//, /^sources\/source\.ts$/] },
  { name: 'config', files: /^config\//, may: [/^model\//, /^config\//] },
  {
    name: 'sources/access-log',
    files: /^sources\/access-log\//,
    may: [
      /^model\//,
      /^sources\/(source|breathe)\.ts$/,
      /^sources\/access-log\//,
      /^sources\/kubernetes\/kube-api\.ts$/,
      /^state\/replace-file\.ts$/,
    ],
  },
  {
    name: 'sources/envoy',
    files: /^sources\/envoy\//,
    may: [/^model\//, /^sources\/pod-port\.ts$/, /^sources\/envoy\//],
  },
  {
    name: 'sources/inspection',
    files: /^sources\/inspection\//,
    may: [/^model\//, /^sources\/(source|with-deadline)\.ts$/, /^sources\/inspection\//],
  },
  {
    name: 'sources/istiod',
    files: /^sources\/istiod\//,
    may: [
      /^model\//,
      /^sources\/(source|breathe|pod-port|with-deadline)\.ts$/,
      /^sources\/istiod\//,
      /^sources\/kubernetes\/kube-api\.ts$/,
    ],
  },
  {
    name: 'sources/kubernetes',
    files: /^sources\/kubernetes\//,
    may: [/^model\//, /^sources\/(source|pod-port|with-deadline)\.ts$/, /^sources\/kubernetes\//],
  },
  {
    name: 'sources/prometheus',
    files: /^sources\/prometheus\//,
    may: [/^model\//, /^sources\/source\.ts$/, /^sources\/prometheus\//],
  },
  {
    name: 'sources/bundle',
    files: /^sources\/bundle\//,
    may: [/^model\//, /^sources\/(source|breathe)\.ts$/, /^sources\/(bundle|istiod|kubernetes|envoy|access-log)\//],
  },
  { name: 'sources', files: /^sources\/(source|breathe|pod-port|with-deadline)\.ts$/, may: [/^model\//] },
  {
    name: 'sinks/docs',
    files: /^sinks\/docs\//,
    may: [/^model\//, /^rungs\//, /^sinks\//, /^config\//, /^sources\/source\.ts$/],
  },
  {
    name: 'sinks/deploy',
    files: /^sinks\/deploy\//,
    may: [/^model\//, /^rungs\//, /^sinks\//, /^config\//, /^sources\/source\.ts$/],
  },
  { name: 'sinks', files: /^sinks\//, may: [/^model\//, /^rungs\//, /^sinks\//] },
  {
    name: 'cli',
    files: /^cli\//,
    may: [
      /^model\//,
      /^config\//,
      /^sinks\//,
      /^rungs\/index\.ts$/,
      /^runtime\//,
      /^sources\//,
      /^state\//,
      /^cli\//,
      /^app\.ts$/,
      /^app\//,
      /^demo\//,
    ],
  },
  { name: 'demo', files: /^demo\//, may: [/^model\//, /^demo\//] },
  { name: 'app', files: /^app(\.ts$|\/)/, may: [/^(?!cli\/|demo\/|main\.ts)/] },
  { name: 'main', files: /^main\.ts$/, may: [/^cli\//] },
];

/** Packages and Node modules that only some files may import. */
const KEPT: readonly (readonly [RegExp, RegExp])[] = [
  [/^prom-client$/, /^sinks\/metrics\//],
  [/^(express|marked)$/, /^sinks\/http\//],
  [/^(node-cron|pino)$/, /^runtime\//],
  [/^zod$/, /^(config\/|sources\/[^/]+\/schema\.ts$)/],
  [/^yaml$/, /^(config\/|sources\/|demo\/|sinks\/(alerts|deploy)\/|cli\/config-writer\.ts$)/],
  [/^commander$/, /^cli\//],
  [/^@kubernetes\/client-node$/, /^sources\/kubernetes\//],
  [/^undici$/, /^(sources|demo)\//],
  [/^@(grpc\/grpc-js|bufbuild\/protobuf)/, /^(sources\/istiod\/xds|demo\/istiod)\//],
  [/^(node:)?process$/, /^main\.ts$/],
  [/^node:(http|https|net|tls|http2|dgram|dns)$/, /^(sources\/|sinks\/http\/|demo\/|config\/units\.ts$)/],
  [/^node:(child_process|cluster)$/, /^(cli\/demo\.ts$|demo\/)/],
  [/^node:worker_threads$/, /^(app\/inspect-(in-)?thread|sinks\/http\/security\/password-(thread|comparer))\.ts$/],
  [/^bcryptjs$/, /^sinks\/http\/security\/password-thread\.ts$/],
];

const files = filesBelow('src', /\.ts$/).filter((file) => !file.startsWith('src/sources/access-log/scanner/assembly/'));

function roomOf(path: string): Room | undefined {
  return ROOMS.find((room) => room.files.test(path));
}

test('every file has its room', () => {
  const homeless = files.map((file) => file.slice(4)).filter((path) => roomOf(path) === undefined);
  assert.deepEqual(homeless, []);
});

test('no file imports from a room it may not see', () => {
  const wrong = files.flatMap((file) => {
    const path = file.slice(4);
    const room = roomOf(path);
    return importsOf(readSource(file))
      .filter((name) => name.startsWith('.'))
      .map((name) => posix.join(posix.dirname(path), name))
      .filter((target) => target.startsWith('..') === false && !room?.may.some((allowed) => allowed.test(target)))
      .map((target) => `${path} (${room?.name}) imports ${target}`);
  });
  assert.deepEqual(wrong, []);
});

test('a library is imported only where it is wrapped', () => {
  const wrong = files.flatMap((file) => {
    const path = file.slice(4);
    return importsOf(readSource(file)).flatMap((name) => {
      const rule = KEPT.find(([packages]) => packages.test(name));
      return rule === undefined || rule[1].test(path) ? [] : [`${path} imports ${name}`];
    });
  });
  assert.deepEqual(wrong, []);
});

test('nothing but main.ts touches the process', () => {
  const wrong = files.filter(
    (file) =>
      file !== 'src/main.ts' &&
      /\bprocess\.(?!env\b)\w|\bprocess\.env\b|globalThis\.process/.test(withoutComments(readSource(file))),
  );
  assert.deepEqual(wrong, []);
});

test('imports go to files that are there, with their ending', () => {
  const wrong = files.flatMap((file) =>
    importsOf(readSource(file))
      .filter((name) => name.startsWith('.') && !/\.(ts|json|wasm)$/.test(name))
      .map((name) => `${file} imports ${name}`),
  );
  assert.deepEqual(wrong, []);
});

test('the reader of imports sees every form', () => {
  const source = `import { a } from './a.ts';
import './b.ts';
import type { C } from "./c.ts";
export { d } from './d.ts';
const e = await import('./e.ts');
import {
  f,
} from './f.ts';`;
  assert.deepEqual(
    importsOf(source).toSorted(),
    ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => `./${name}.ts`),
  );
});

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}
