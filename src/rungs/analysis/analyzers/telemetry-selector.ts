import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { selectorText } from '../pods.ts';
import { telemetriesOf } from '../telemetries.ts';
import { policiesOfNoPod } from '../workload-policies.ts';

/** A Telemetry selects no pod of its namespace. */
export const telemetrySelector: Analyzer = {
  codes: ['IST0101'],
  needs: ['telemetries.telemetry.istio.io', 'pods'],
  analyze(world, report) {
    for (const { object, selector } of policiesOfNoPod(world, telemetriesOf(world))) {
      report('IST0101', refOf(object), { what: 'selector', name: selectorText(selector) });
    }
  },
};
