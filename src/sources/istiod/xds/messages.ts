import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/*
 * The few fields of xDS that are spoken with istiod, by their numbers in Envoy's own files:
 * envoy/service/discovery/v3/discovery.proto and envoy/config/core/v3/base.proto.
 */

/** Who asks, as istiod wants every client of xDS to say. */
export interface XdsNode {
  /** `TYPE~IP~NAME.NAMESPACE~DOMAIN` (Istio pilot/pkg/model/context.go, ParseServiceNodeWithMetadata). */
  readonly id: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface DiscoveryRequest {
  readonly typeUrl: string;
  readonly resourceNames: readonly string[];
  /** Needed in the first request of a stream. */
  readonly node: XdsNode;
}

/** One answer, as views of the bytes received. */
export interface DiscoveryResponse {
  readonly typeUrl: string;
  readonly resources: readonly Uint8Array[];
  /** What istiod says of itself: JSON, where it is there at all. */
  readonly controlPlane: string | undefined;
}

export function writeRequest({ typeUrl, resourceNames, node }: DiscoveryRequest): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(2, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(node.id);
  writer.tag(3, WireType.LengthDelimited).fork();
  for (const [key, value] of Object.entries(node.metadata)) writeStructField(writer, key, value);
  writer.join().join();
  for (const name of resourceNames) writer.tag(3, WireType.LengthDelimited).string(name);
  return writer.tag(4, WireType.LengthDelimited).string(typeUrl).finish();
}

/** An entry of google.protobuf.Struct: a map from names to values, of which text is the third kind. */
function writeStructField(writer: BinaryWriter, key: string, value: string): void {
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(key);
  writer.tag(2, WireType.LengthDelimited).fork();
  writer.tag(3, WireType.LengthDelimited).string(value);
  writer.join().join();
}

/** Text fields of a struct; others are left out. */
export function readStruct(bytes: Uint8Array): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  eachField(bytes, (field, reader) => {
    if (field !== 1) return false;
    let [key, value]: [string, string | undefined] = ['', undefined];
    eachField(reader.bytes(), (part, entry) => {
      if (part === 1) key = entry.string();
      else if (part === 2) value = readStructText(entry.bytes());
      else return false;
      return true;
    });
    if (value !== undefined) fields.set(key, value);
    return true;
  });
  return fields;
}

function readStructText(bytes: Uint8Array): string | undefined {
  let text: string | undefined;
  eachField(bytes, (field, reader) => {
    if (field !== 3) return false;
    text = reader.string();
    return true;
  });
  return text;
}

/** @throws Error where the bytes are no such message, or one of absurdly many resources */
export function readResponse(bytes: Uint8Array): DiscoveryResponse {
  const resources: Uint8Array[] = [];
  let typeUrl = '';
  let controlPlane: string | undefined;
  eachField(bytes, (field, reader) => {
    if (field === 2) resources.push(onlyField(reader.bytes(), 2) ?? new Uint8Array());
    else if (field === 4) typeUrl = reader.string();
    else if (field === 6) controlPlane = textOf(onlyField(reader.bytes(), 1));
    else return false;
    return true;
  });
  return { typeUrl, resources, controlPlane };
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : Buffer.from(bytes).toString('utf8');
}

/** The bytes of one field of a message, the last where it stands more than once. */
function onlyField(bytes: Uint8Array, wanted: number): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  eachField(bytes, (field, reader) => {
    if (field !== wanted) return false;
    found = reader.bytes();
    return true;
  });
  return found;
}

/** No message has this many fields, not even that of 100,000 proxies; what has is not to hold up others. */
const MAX_FIELDS = 110_000;

/** How a field is read, by its type. */
export type FieldReader = Pick<BinaryReader, 'bytes' | 'string' | 'uint32' | 'int32' | 'int64'>;

/**
 * Goes over the fields of a message.
 * @param read reads the field and says so, or leaves it to be skipped
 * @throws Error where the bytes end too early or hold no message, or one of absurdly many fields
 */
export function eachField(bytes: Uint8Array, read: (field: number, reader: FieldReader) => boolean): void {
  const reader = new BinaryReader(bytes);
  for (let fields = 0; reader.pos < reader.len; fields++) {
    if (fields >= MAX_FIELDS) throw new RangeError(`a message of more than ${MAX_FIELDS} fields`);
    const [field, wireType] = reader.tag();
    if (!read(field, reader)) reader.skip(wireType, field);
  }
}
