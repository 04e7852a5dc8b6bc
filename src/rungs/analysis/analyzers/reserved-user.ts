import type { ContainerFacts, Labels } from '../../../model/workload.ts';
import type { Analyzer, Report } from '../analyzer.ts';

interface Workload {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly labels: Labels;
  readonly containers: ContainerFacts | undefined;
}

/** An application runs as the user by which the proxy's own traffic is known. */
export const reservedUser: Analyzer = {
  codes: ['IST0144'],
  needs: ['pods', 'deployments'],
  analyze(world, report) {
    for (const pod of world.pods) judge({ ...pod, kind: 'Pod', containers: pod.containers }, report);
    for (const deployment of world.deployments) {
      judge({ ...deployment, kind: 'Deployment', containers: deployment.template?.containers }, report);
    }
  },
};

/** Istio's own workloads may. */
function judge({ kind, namespace, name, labels, containers }: Workload, report: Report): void {
  if (containers?.reservedUser !== true || labels['istio'] !== undefined || labels['release'] === 'istio') return;
  report('IST0144', { kind, namespace, name }, {});
}
