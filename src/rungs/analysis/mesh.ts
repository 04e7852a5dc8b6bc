import { textAt, textsAt, valueAt } from '../../model/spec-paths.ts';
import type { MeshConfig } from '../../model/workload.ts';
import { perWorld } from './per-world.ts';
import type { World } from './world.ts';

/** What analysis reads of the mesh configuration; Istio's defaults where it is not known. */
export interface Mesh {
  readonly config: MeshConfig | undefined;
  readonly rootNamespace: string;
  /** Names of the providers that log what no Telemetry speaks of. */
  readonly defaultAccessLogging: readonly string[];
  /** Whether istiod gives hosts without an address one of its own to tell their traffic by. */
  readonly allocatesAddresses: boolean;
  /** `debug` or `distroless`, where the mesh asks for such images. */
  readonly imageType: string;
}

const DEFAULT_ROOT = 'istio-system';

/** Of several revisions the one called `istio` speaks for the mesh, as for istioctl. */
export const meshOf: (world: World) => Mesh = perWorld(readMesh);

function readMesh({ meshConfigs }: World): Mesh {
  const config = meshConfigs.find(({ name }) => name === 'istio') ?? meshConfigs[0];
  const raw = config?.raw;
  return {
    config,
    rootNamespace: config?.rootNamespace || config?.namespace || DEFAULT_ROOT,
    defaultAccessLogging: textsAt(raw, 'defaultProviders', 'accessLogging'),
    allocatesAddresses: allocates(raw),
    imageType: textAt(raw, 'defaultConfig', 'image', 'imageType'),
  };
}

/** Only proxies that answer DNS themselves can be given addresses of istiod's own. */
function allocates(raw: unknown): boolean {
  const says = (name: string): boolean => {
    const value = valueAt(raw, 'defaultConfig', 'proxyMetadata', name);
    return value === 'true' || value === true;
  };
  if (!says('ISTIO_META_DNS_CAPTURE')) return false;
  return says('ISTIO_META_DNS_AUTO_ALLOCATE') || says('PILOT_ENABLE_IP_AUTOALLOCATE');
}
