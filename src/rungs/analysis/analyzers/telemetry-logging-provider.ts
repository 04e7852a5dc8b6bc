import { isTrueAt, listAt, objectsAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { meshOf } from '../mesh.ts';

/** A Telemetry asks for access logs without saying whose, and the mesh has no default. */
export const telemetryLoggingProvider: Analyzer = {
  codes: ['IST0157'],
  needs: ['telemetries.telemetry.istio.io', 'meshConfigs'],
  analyze(world, report) {
    if (meshOf(world).defaultAccessLogging.length > 0) return;
    for (const object of world.config('telemetries.telemetry.istio.io')) {
      const isWithout = objectsAt(object.spec, 'accessLogging').some(
        (entry) => !isTrueAt(entry, 'disabled') && listAt(entry, 'providers').length === 0,
      );
      if (isWithout) report('IST0157', refOf(object), {});
    }
  },
};
