import { objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { isMeshSaid, providerNames } from '../providers.ts';

/** What every mesh has without saying so (Istio pkg/config/mesh: default providers). */
const BUILT_IN: ReadonlySet<string> = new Set(['prometheus', 'stackdriver', 'envoy']);

/** A Telemetry names a provider that the mesh does not have. */
export const telemetryProvider: Analyzer = {
  codes: ['ML0007'],
  needs: ['telemetries.telemetry.istio.io', 'meshConfigs'],
  analyze(world, report) {
    if (!isMeshSaid(world)) return;
    for (const object of world.config('telemetries.telemetry.istio.io')) {
      const strangers = namedIn(object).filter((name) => !BUILT_IN.has(name) && !providerNames(world).has(name));
      for (const provider of new Set(strangers)) report('ML0007', refOf(object), { provider });
    }
  },
};

function namedIn({ spec }: ConfigObject): readonly string[] {
  const entries = ['tracing', 'metrics', 'accessLogging'].flatMap((part) => objectsAt(spec, part));
  const names = entries.flatMap((entry) => objectsAt(entry, 'providers')).map((provider) => textAt(provider, 'name'));
  return names.filter((name) => name !== '');
}
