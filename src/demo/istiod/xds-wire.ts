import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/*
 * What istiod reads and writes of xDS, by the field numbers of Envoy's own files: discovery.proto, base.proto, csds.proto
 * and config_dump_shared.proto of version 3.
 */

/** A question as an istiod reads it. */
export interface XdsQuestion {
  readonly typeUrl: string;
  readonly names: readonly string[];
  /** `TYPE~IP~NAME.NAMESPACE~DOMAIN`. */
  readonly node: string;
  readonly metadata: Readonly<Record<string, string>>;
}

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

/** A DiscoveryRequest. */
export function readQuestion(bytes: Uint8Array): XdsQuestion {
  const fields = fieldsOf(bytes);
  const all = (field: number): readonly Uint8Array[] => fields.filter(([of]) => of === field).map(([, value]) => value);
  const [typeUrl = EMPTY] = all(4);
  return { typeUrl: text(typeUrl), names: all(3).map(text), ...readNode(all(2)[0] ?? EMPTY) };
}

function readNode(bytes: Uint8Array): Pick<XdsQuestion, 'node' | 'metadata'> {
  const fields = new Map(fieldsOf(bytes));
  const entries = fieldsOf(fields.get(3) ?? EMPTY).map(([, entry]) => structEntry(entry));
  return { node: text(fields.get(1) ?? EMPTY), metadata: Object.fromEntries(entries) };
}

function structEntry(entry: Uint8Array): readonly [string, string] {
  const [[, key] = [0, EMPTY], [, value] = [0, EMPTY]] = fieldsOf(entry);
  const [[, written] = [0, EMPTY]] = fieldsOf(value);
  return [text(key), text(written)];
}

const EMPTY = new Uint8Array();

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function fieldsOf(bytes: Uint8Array): (readonly [field: number, value: Uint8Array])[] {
  const reader = new BinaryReader(bytes);
  const fields: (readonly [number, Uint8Array])[] = [];
  while (reader.pos < reader.len) {
    const [field] = reader.tag();
    fields.push([field, reader.bytes()]);
  }
  return fields;
}

/**
 * A DiscoveryResponse, each resource wrapped in an Any.
 * @param identifier what istiod says of itself, in JSON
 */
export function discoveryResponse(typeUrl: string, values: readonly Uint8Array[], identifier?: string): Buffer {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).string('2026-11-21T02:25:54Z/6');
  for (const value of values) {
    writer.tag(2, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(typeUrl);
    writer.tag(2, WireType.LengthDelimited).bytes(value).join();
  }
  writer.tag(4, WireType.LengthDelimited).string(typeUrl);
  if (identifier !== undefined) {
    writer.tag(6, WireType.LengthDelimited).fork();
    writer.tag(1, WireType.LengthDelimited).string(identifier).join();
  }
  return Buffer.from(writer.finish());
}

/** A ClientConfig as it goes over the wire. */
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

function writeStatus(writer: BinaryWriter, status: ConfigStatus): BinaryWriter {
  const { typeUrl, configStatus, lastUpdated, errorState } = status;
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
