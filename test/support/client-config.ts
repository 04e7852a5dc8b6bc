import { readFile } from 'node:fs/promises';
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { fixturePath } from './syncz.ts';

/** One type of a proxy, as protobuf's JSON has it. */
export interface ConfigStatus {
  readonly typeUrl: string;
  readonly configStatus?: string;
  readonly lastUpdated?: string;
  readonly errorState?: { readonly details: string };
}

/** A ClientConfig, as protobuf's JSON has it. */
export interface ClientConfigJson {
  readonly node: { readonly id: string; readonly metadata?: Readonly<Record<string, string>> };
  readonly genericXdsConfigs?: readonly ConfigStatus[];
}

/** What `istioctl proxy-status -o json` showed of an answer to `istio.io/debug/syncz`. */
export interface RecordedStatus {
  readonly resources: readonly ClientConfigJson[];
  readonly controlPlane: { readonly identifier: string };
}

/** A recording under `test/fixtures/istioctl`; of two istiods, one after the other. */
export async function readRecordedStatus(name: string): Promise<readonly RecordedStatus[]> {
  const text = await readFile(fixturePath(`istioctl/${name}`), 'utf8');
  return text
    .split(/^(?=\{$)/m)
    .filter((part) => part.trim() !== '')
    .map((part) => JSON.parse(part) as RecordedStatus);
}

/** As it goes over the wire. */
export function clientConfigBytes({ node, genericXdsConfigs = [] }: ClientConfigJson): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(node.id);
  writer.tag(3, WireType.LengthDelimited).fork();
  for (const [key, value] of Object.entries(node.metadata ?? {})) {
    writer.tag(1, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(key);
    writer.tag(2, WireType.LengthDelimited).fork();
    writer.tag(3, WireType.LengthDelimited).string(value).join().join();
  }
  writer.join().join();
  for (const each of genericXdsConfigs) writeStatus(writer.tag(3, WireType.LengthDelimited).fork(), each).join();
  return writer.finish();
}

const STATUSES = ['UNKNOWN', 'SYNCED', 'NOT_SENT', 'STALE', 'ERROR'];

function writeStatus(writer: BinaryWriter, { typeUrl, configStatus, lastUpdated, errorState }: ConfigStatus) {
  writer.tag(1, WireType.LengthDelimited).string(typeUrl);
  if (lastUpdated !== undefined) writeTime(writer.tag(5, WireType.LengthDelimited).fork(), lastUpdated).join();
  if (configStatus !== undefined) writer.tag(6, WireType.Varint).int32(STATUSES.indexOf(configStatus));
  if (errorState !== undefined) {
    writer.tag(8, WireType.LengthDelimited).fork();
    writer.tag(3, WireType.LengthDelimited).string(errorState.details).join();
  }
  return writer;
}

function writeTime(writer: BinaryWriter, time: string): BinaryWriter {
  const [, nanos = '0'] = /\.(\d+)Z$/.exec(time) ?? [];
  writer.tag(1, WireType.Varint).int64(Math.floor(Date.parse(time) / 1000));
  return writer.tag(2, WireType.Varint).int32(Number(nanos.padEnd(9, '0')));
}
