import { hasAt, objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { meshOf } from '../mesh.ts';

/** A Telemetry traces to Lightstep, whose own tracer is gone from Envoy. */
export const telemetryLightstep: Analyzer = {
  codes: ['IST0002'],
  needs: ['telemetries.telemetry.istio.io', 'meshConfigs'],
  analyze(world, report) {
    const providers = objectsAt(meshOf(world).config?.raw, 'extensionProviders');
    const lightsteps = new Set(
      providers.filter((provider) => hasAt(provider, 'lightstep')).map((provider) => textAt(provider, 'name')),
    );
    for (const object of world.config('telemetries.telemetry.istio.io')) {
      const named = objectsAt(object.spec, 'tracing').flatMap((tracing) => objectsAt(tracing, 'providers'));
      const name = named.map((provider) => textAt(provider, 'name')).find((each) => lightsteps.has(each));
      if (name === undefined) continue;
      report('IST0002', refOf(object), { what: `the Lightstep provider "${name}"`, instead: 'use OpenTelemetry' });
    }
  },
};
