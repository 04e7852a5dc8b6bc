import type { ObjectMap } from '../../model/cluster.ts';
import { specList } from '../../model/spec-fields.ts';
import type { MeshConfig } from '../../model/workload.ts';

/** Whether every mesh configuration turns auto mTLS off; it is on by default. */
export function autoMtlsIsOff(meshConfigs: ObjectMap<MeshConfig> | undefined): boolean {
  const all = [...(meshConfigs?.values() ?? [])];
  return all.length > 0 && all.every(({ enableAutoMtls }) => enableAutoMtls === false);
}

/** To whom DestinationRules are shown that do not say; empty: to all. Of several revisions' words, one. */
export function defaultExportTo(meshConfigs: ObjectMap<MeshConfig> | undefined): readonly string[] {
  const [first] = meshConfigs?.values() ?? [];
  return specList(first?.raw['defaultDestinationRuleExportTo']).filter((each) => typeof each === 'string');
}
