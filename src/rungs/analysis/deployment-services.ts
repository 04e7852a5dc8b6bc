import type { ObjectRef } from '../../model/analysis.ts';
import type { Service, ServicePort } from '../../model/workload.ts';
import { isDeploymentInMesh } from './membership.ts';
import { perWorld } from './per-world.ts';
import { servicesSelecting } from './services.ts';
import type { World } from './world.ts';

/** A Deployment of the mesh, and the ports of all services that select its pods. */
export interface DeploymentServices {
  readonly object: ObjectRef;
  readonly ports: readonly { readonly service: Service; readonly port: ServicePort }[];
}

/** Waypoints are Istio's own Deployments. */
const MANAGED = 'gateway.istio.io/managed';
const BY_WAYPOINTS = 'istio.io-mesh-controller';

export const deploymentServices: (world: World) => readonly DeploymentServices[] = perWorld((world) =>
  world.deployments.flatMap((deployment) => {
    if (deployment.labels[MANAGED] === BY_WAYPOINTS || !isDeploymentInMesh(world, deployment)) return [];
    const { namespace, name, template } = deployment;
    const ports = servicesSelecting(world, namespace, template?.labels ?? {}).flatMap((service) =>
      service.ports.map((port) => ({ service, port })),
    );
    return [{ object: { kind: 'Deployment', namespace, name }, ports }];
  }),
);
