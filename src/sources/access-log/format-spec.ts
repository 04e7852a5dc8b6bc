import type { MeshConfig } from '../../model/workload.ts';
import { DEFAULT_TEXT, isDefaultJson, isDefaultText } from './format-defaults.ts';
import { isJsonObject, type JsonObject, readJsonObject } from './parse-json.ts';

/** A format that somebody wrote. */
export type CustomFormat = {
  /** Who says so, for a person: `accessLogFormat of ConfigMap istio-system/istio`. */
  readonly from: string;
  /** Lines may lack what is not set (`omitEmptyValues`): in text there is nothing in its place, in JSON no key. */
  readonly mayOmitEmpty: boolean;
} & ({ readonly kind: 'text'; readonly template: string } | { readonly kind: 'json'; readonly template: JsonObject });

/** Istio's default formats, told apart line by line or one of them. */
export type DefaultFormat = 'auto' | 'text' | 'json';

/**
 * How access lines are written, as plain data: equal formats have equal JSON. `mixed`: some proxies write one of these,
 * others one of Istio's defaults.
 */
export type FormatSpec =
  | DefaultFormat
  | CustomFormat
  | { readonly kind: 'mixed'; readonly formats: readonly CustomFormat[] };

const FROM_CONFIG = 'accessLog.format';
const TO_CONTAINER_LOG: readonly unknown[] = ['/dev/stdout', '/dev/stderr'];

/**
 * The format that the configuration names: `auto`, `text`, `json`, or an `accessLogFormat`, which is a JSON template
 * when it is a JSON object.
 */
export function formatSpec(configValue: string): FormatSpec {
  if (configValue === 'auto' || configValue === 'text' || configValue === 'json') return configValue;
  const template = readJsonObject(configValue);
  if (template !== undefined) {
    return isDefaultJson(template) ? 'json' : { kind: 'json', template, mayOmitEmpty: true, from: FROM_CONFIG };
  }
  return isDefaultText(configValue)
    ? 'text'
    : { kind: 'text', template: configValue, mayOmitEmpty: true, from: FROM_CONFIG };
}

/**
 * All formats that mesh configurations name, one for each revision: their `accessLogFormat`, and those of providers that
 * write to a container's log, which a Telemetry may choose. `auto` when all are Istio's own.
 */
export function formatOfMesh(...meshes: readonly MeshConfig[]): FormatSpec {
  const formats = meshes.flatMap((mesh) => [meshFormat(mesh), ...providerFormats(mesh)]);
  const custom = formats.filter((format) => format !== undefined).filter((format) => !isDefault(format));
  const distinct = new Map(custom.map((format) => [JSON.stringify({ ...format, from: '' }), format]));
  return distinct.size === 0 ? 'auto' : { kind: 'mixed', formats: [...distinct.values()] };
}

/**
 * Undefined where it names none: JSON that is broken, or no object, is Istio's default instead
 * (pilot/pkg/model/telemetry_logging.go).
 */
function meshFormat(mesh: MeshConfig): CustomFormat | undefined {
  const { accessLogFormat = '', accessLogEncoding, namespace, name } = mesh;
  if (accessLogFormat.trim() === '') return undefined;
  const from = `accessLogFormat of ConfigMap ${namespace}/${name}`;
  if (accessLogEncoding !== 'JSON') return { kind: 'text', template: accessLogFormat, mayOmitEmpty: false, from };
  const template = readJsonObject(accessLogFormat);
  return template === undefined ? undefined : { kind: 'json', template, mayOmitEmpty: false, from };
}

function providerFormats(mesh: MeshConfig): readonly (CustomFormat | undefined)[] {
  const providers: unknown = mesh.raw['extensionProviders'];
  if (!Array.isArray(providers)) return [];
  return providers.filter(isJsonObject).map((provider) => {
    const fileLog = provider['envoyFileAccessLog'];
    if (!isJsonObject(fileLog) || !TO_CONTAINER_LOG.includes(fileLog['path'])) return undefined;
    const from = `extension provider ${String(provider['name'])} of ConfigMap ${mesh.namespace}/${mesh.name}`;
    return {
      ...(providerFormat(fileLog, from) ?? inherited(mesh, from)),
      mayOmitEmpty: fileLog['omitEmptyValues'] === true,
    };
  });
}

function providerFormat({ logFormat }: JsonObject, from: string): CustomFormat | undefined {
  if (!isJsonObject(logFormat)) return undefined;
  const { text, labels } = logFormat;
  if (typeof text === 'string' && text.trim() !== '')
    return { kind: 'text', template: text, mayOmitEmpty: false, from };
  return isJsonObject(labels) ? { kind: 'json', template: labels, mayOmitEmpty: false, from } : undefined;
}

/** A provider that names no format writes the mesh's. */
function inherited(mesh: MeshConfig, from: string): CustomFormat {
  const own = meshFormat(mesh);
  if (own !== undefined) return { ...own, from };
  return mesh.accessLogEncoding === 'JSON'
    ? { kind: 'json', template: {}, mayOmitEmpty: false, from }
    : { kind: 'text', template: DEFAULT_TEXT, mayOmitEmpty: false, from };
}

/** What `auto` reads: but no text without empty values. An empty JSON template stands for the default one. */
function isDefault(format: CustomFormat): boolean {
  if (format.kind === 'text') return isDefaultText(format.template) && !format.mayOmitEmpty;
  return Object.keys(format.template).length === 0 || isDefaultJson(format.template);
}
