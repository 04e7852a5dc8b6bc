import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { selectorText } from '../pods.ts';
import { sidecarsOf } from '../sidecars.ts';
import { policiesOfNoPod } from '../workload-policies.ts';

/** A Sidecar selects no pod of its namespace. */
export const sidecarSelector: Analyzer = {
  codes: ['IST0101'],
  needs: ['sidecars.networking.istio.io', 'pods'],
  analyze(world, report) {
    for (const { object, selector } of policiesOfNoPod(world, sidecarsOf(world))) {
      report('IST0101', refOf(object), { what: 'selector', name: selectorText(selector) });
    }
  },
};
