import { istioObject } from '../mesh/istio-objects.ts';
import { checkFinds, checkFindsNothing } from '../scenario/check-says.ts';
import { atLeast, type Expectation, equal, finds, findsNothing } from '../scenario/expectation.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { own, passed } from '../traffic/fault.ts';
import { below, WELL } from './well.ts';

const POLICY = 'deny-checkout';
const OBJECT = istioObject('security.istio.io/v1', 'AuthorizationPolicy', `payment/${POLICY}`, {
  selector: { matchLabels: { app: 'payment-svc' } },
  action: 'DENY',
  rules: [{ from: [{ source: { principals: ['cluster.local/ns/payment/sa/checkout'] } }] }],
});
const DENIED = `rbac_access_denied_matched_policy[ns[payment]-policy[${POLICY}]-rule[0]]`;

/** What was denied stays counted; what stands in the way is told by another family. */
function denyPolicies(count: number): Expectation {
  const labels = { workload: 'payment-svc-v1', action: 'DENY' };
  return equal(count, { family: 'meshladder_authorization_policies', labels, by: 'kubernetes' });
}

/** Somebody denies a caller who is needed: the client logs a plain 403, and only the server's log says why. */
export const AUTHZ: Scenario = {
  name: 'authz',
  about: `AuthorizationPolicy ${POLICY} denies the one caller that payment-svc has`,
  quiet: true,
  pod: 'paymentV1',
  acts: [
    WELL,
    {
      name: 'denied',
      beats: [
        {
          at: 5,
          says: `${POLICY} applied: all 403`,
          seen: 'denials counted by policy',
          deeds: [
            { at: 5, do: 'apply', object: OBJECT },
            { at: 5, do: 'payments', fare: { v1: { client: passed(403), server: own(403, '-', DENIED) } } },
          ],
          expects: [
            atLeast(5, {
              family: 'meshladder_authorization_denials_total',
              labels: { proxy_namespace: 'payment', policy_namespace: 'payment', policy: POLICY, rule: '0' },
              by: 'logs',
            }),
            denyPolicies(2),
          ],
        },
        {
          at: 6,
          says: 'what check says of it',
          seen: 'authorization: denied by name',
          deeds: [],
          expects: [
            finds('payment', 'authorization', `payment/${POLICY}`),
            checkFinds('authorization', `payment/${POLICY}`, 'rule 0'),
            findsNothing('payment', ...below('authorization')),
            checkFindsNothing(...below('authorization')),
          ],
        },
      ],
    },
    {
      name: 'mended',
      beats: [
        {
          at: 30,
          says: `${POLICY} deleted`,
          seen: 'one DENY policy is left',
          deeds: [
            { at: 30, do: 'delete', object: OBJECT },
            { at: 30, do: 'payments', fare: {} },
          ],
          expects: [denyPolicies(1)],
        },
        {
          at: 31,
          says: 'what check says of it now',
          seen: 'authorization: no longer denied',
          deeds: [],
          expects: [findsNothing('payment', 'authorization'), checkFindsNothing('authorization')],
        },
      ],
    },
  ],
  endsAt: 33,
};
