import type { Dashboard } from './dashboard.ts';
import { EXPORTER_DASHBOARD } from './exporter.ts';
import { MESH_OVERVIEW } from './mesh-overview.ts';
import { NAMESPACE_DASHBOARD } from './namespace.ts';
import { POLICY_DASHBOARD } from './policy.ts';
import { PROXY_DASHBOARD } from './proxy.ts';
import { FLAGS_DASHBOARD } from './response-flags.ts';
import { ROUTES_DASHBOARD } from './routes.ts';

/** Every dashboard, each with one question, from the mesh down to the exporter itself. */
export const DASHBOARDS: readonly Dashboard[] = [
  MESH_OVERVIEW,
  NAMESPACE_DASHBOARD,
  PROXY_DASHBOARD,
  FLAGS_DASHBOARD,
  ROUTES_DASHBOARD,
  POLICY_DASHBOARD,
  EXPORTER_DASHBOARD,
];
