import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { EnvoyConfig, EnvoyDump } from '../../src/model/envoy-config.ts';
import { readEnvoyAnswer } from '../../src/sources/envoy/read-answer.ts';
import { fixturePath } from './syncz.ts';

export const LIMIT: number = 64 << 20;

export const CHECKOUT = 'checkout-v1-5c7d8e9f6b-qw4rt.payment';
export const PAYMENT = 'payment-svc-v1-6d8f9b7c5d-2xkqp.payment';
export const GATEWAY = 'istio-ingressgateway-6f7d9c8b5a-k3m9p.istio-system';
export const REVIEWS = 'reviews-v2-556d6457d-hn5vc.bookinfo';

/** A recorded answer, as the program reads it: `healthy/POD.envoy` of `test/fixtures/envoy`. */
export function readDumpFixture(name: string): Promise<EnvoyDump> {
  return readEnvoyAnswer(createReadStream(dumpPath(name)), LIMIT);
}

/** A recorded config dump. */
export async function readConfigFixture(name: string): Promise<EnvoyConfig> {
  const { config } = await readDumpFixture(name);
  if (config === undefined) throw new Error(`${name} is no config dump`);
  return config;
}

/** A recorded answer as plain JSON, for tests that change it. */
export async function readDumpJson(name: string): Promise<DumpJson> {
  return JSON.parse(gunzipSync(await readFile(dumpPath(name))).toString('utf8')) as DumpJson;
}

/** A config dump as JSON, as far as tests look into it. */
export interface DumpJson {
  readonly configs: Record<string, unknown>[];
}

export function dumpPath(name: string): string {
  return fixturePath(`envoy/${name}.json.gz`);
}

/** What is read from a text, or from bytes. */
export function readDumpText(text: string | Uint8Array, limit: number = LIMIT): Promise<EnvoyDump> {
  return readEnvoyAnswer(piecesOf(Buffer.from(text)), limit);
}

/** What is read from a value written as JSON. */
export async function readDumpValue(value: unknown): Promise<EnvoyDump> {
  return readDumpText(JSON.stringify(value));
}

async function* piecesOf(bytes: Buffer): AsyncIterable<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536);
}
