import type { ConfigKey } from '../../../model/config-kinds.ts';
import { hasAt, labelsAt } from '../../../model/spec-paths.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { podsWith } from '../pods.ts';

const GATEWAY_NAME = 'gateway.networking.k8s.io/gateway-name';
const POLICIES = [
  'authorizationpolicies.security.istio.io',
  'requestauthentications.security.istio.io',
  'telemetries.telemetry.istio.io',
  'wasmplugins.extensions.istio.io',
] as const satisfies readonly ConfigKey[];

/** A policy selects pods of a Gateway API gateway, which takes policies by reference alone. */
export const policyGatewaySelector: Analyzer = {
  codes: ['IST0166'],
  needs: [...POLICIES, 'pods'],
  analyze(world, report) {
    for (const object of POLICIES.flatMap((key) => world.config(key))) {
      const labels = labelsAt(object.spec, 'selector', 'matchLabels');
      if (!hasAt(object.spec, 'selector') || hasAt(object.spec, 'targetRef') || hasAt(object.spec, 'targetRefs'))
        continue;
      const pods = podsWith(world, labels, object.namespace);
      const gateway = pods.map((pod) => pod.labels[GATEWAY_NAME]).find((name) => name !== undefined);
      if (gateway !== undefined) report('IST0166', refOf(object), { gateway });
    }
  },
};
