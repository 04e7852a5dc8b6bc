import { analysis } from './analysis/rung.ts';
import { authorization } from './authorization/rung.ts';
import { configDiff } from './config-diff/rung.ts';
import { configSynced } from './config-synced/rung.ts';
import { controlPlane } from './control-plane/rung.ts';
import { endpoints } from './endpoints/rung.ts';
import { inMesh } from './in-mesh/rung.ts';
import { mtls } from './mtls/rung.ts';
import { proxyLogging } from './proxy-logging/rung.ts';
import { responseFlags } from './response-flags/rung.ts';
import { routes } from './routes/rung.ts';
import type { Rung } from './rung.ts';

/** The ladder, lowest rung first. The order is the product: each rung rules out the most for the ones above it. */
export const LADDER: readonly Rung[] = [
  controlPlane,
  inMesh,
  configSynced,
  routes,
  endpoints,
  mtls,
  authorization,
  configDiff,
  analysis,
  responseFlags,
  proxyLogging,
];
