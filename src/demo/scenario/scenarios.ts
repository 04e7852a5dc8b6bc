import { ANALYSIS } from '../incidents/analysis.ts';
import { AUTHZ } from '../incidents/authz.ts';
import { ENDPOINTS } from '../incidents/endpoints.ts';
import { MTLS } from '../incidents/mtls.ts';
import { NONE } from '../incidents/none.ts';
import { ROUTES } from '../incidents/routes.ts';
import { STUCK } from '../incidents/stuck.ts';
import { DRIFT } from './drift.ts';
import { DROP } from './drop.ts';
import { DROP_EGRESS_ONLY } from './drop-egress-only.ts';
import { LOGGING } from './logging.ts';
import type { Scenario } from './scenario.ts';

/** Every incident that the demo can play; the first is played unless another is asked for. */
export const SCENARIOS: readonly [Scenario, ...Scenario[]] = [
  DROP,
  DROP_EGRESS_ONLY,
  STUCK,
  ROUTES,
  ENDPOINTS,
  MTLS,
  AUTHZ,
  ANALYSIS,
  DRIFT,
  LOGGING,
  NONE,
];
