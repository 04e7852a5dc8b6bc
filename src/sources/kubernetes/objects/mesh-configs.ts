import { parse } from 'yaml';
import type { MeshConfig } from '../../../model/workload.ts';
import type { RawObject } from '../kube-api.ts';
import { flag, present, record, text } from './fields.ts';
import { metadataOf } from './metadata.ts';

const NAME = /^istio(-.+)?$/;
/** Istio's meshConfig enum, by name or number (protobuf allows both). */
const ENCODINGS: Readonly<Record<string, 'TEXT' | 'JSON'>> = { TEXT: 'TEXT', JSON: 'JSON', '0': 'TEXT', '1': 'JSON' };

/**
 * The mesh configuration in a ConfigMap `istio` or `istio-REVISION`; any other ConfigMap is none of ours.
 * @throws Error when its `mesh` is no YAML mapping
 */
export function mapMeshConfig(raw: RawObject): MeshConfig | undefined {
  const { namespace, name, labels } = metadataOf(raw);
  const data = record(raw['data']);
  const mesh = text(data?.['mesh']);
  if (!NAME.test(name) || mesh === undefined) return undefined;
  const config = parseYaml(mesh, 'mesh');
  const networks = text(data?.['meshNetworks']);
  return present({
    namespace,
    name,
    revision: labels['istio.io/rev'] ?? (name === 'istio' ? 'default' : name.slice('istio-'.length)),
    rootNamespace: text(config['rootNamespace']),
    accessLogFile: text(config['accessLogFile']),
    accessLogFormat: text(config['accessLogFormat']),
    accessLogEncoding: ENCODINGS[String(config['accessLogEncoding'])],
    enableAutoMtls: flag(config['enableAutoMtls']),
    trustDomain: text(config['trustDomain']),
    raw: config,
    networks: networks === undefined ? undefined : networksOf(networks),
  });
}

/** Nothing in most meshes. What cannot be read must not take the mesh's own settings with it. */
function networksOf(text: string): RawObject | undefined {
  try {
    const networks = record(parseYaml(text, 'meshNetworks')['networks']);
    return networks === undefined || Object.keys(networks).length === 0 ? undefined : networks;
  } catch {
    return undefined;
  }
}

function parseYaml(yaml: string, key: string): RawObject {
  let value: unknown;
  try {
    // Aliases are bounded by the library; a mesh config has no use for them at all.
    value = parse(yaml, { maxAliasCount: 10, prettyErrors: false, logLevel: 'error' });
  } catch (cause) {
    throw new Error(`its ${key} key is no YAML: ${cause instanceof Error ? cause.message : 'unknown reason'}`, {
      cause,
    });
  }
  const config = record(value ?? {});
  if (config === undefined) throw new Error(`its ${key} key is no YAML mapping`);
  return config;
}
