import type { JsonSchema } from '../../../config/json-schema.ts';
import { group, part, text, typed, type ValueGroup, yesNo } from '../value.ts';
import { accountValues, podValues } from './pod.ts';

/** The part that reads the access logs of its node. */
export function agentValues(config: JsonSchema): ValueGroup {
  return group(
    'The part that reads the access logs of its node: a DaemonSet without any right in Kubernetes. It mounts a folder of the node, which the Pod Security levels baseline and restricted forbid: its namespace must be `privileged`.',
    {
      enabled: yesNo(false, 'Whether to run it.'),
      config: typed({}, 'Configuration of this part alone, laid over `config`.', config),
      runAsRoot: yesNo(
        false,
        'Run as user 0, still without any capability. Otherwise as user 65532 of group 0, since kubelets mostly write logs 0640 root:root; needed where the runtime writes them 0600.',
      ),
      checkpoint: group(
        'Where an agent keeps how far it has read, so that a restart neither loses nor counts lines twice.',
        {
          enabled: yesNo(
            false,
            'Whether to keep it, in a folder of the node that an init container (root, without capabilities) hands to group 0.',
          ),
          hostPath: text('/var/lib/meshladder', 'The folder of the node.', /^\/[^:]+$/),
        },
      ),
      serviceAccount: group('The account of its pods.', accountValues()),
      probes: group('When a pod counts as started, alive and ready; each is laid over what the chart sets.', {
        startup: part({ periodSeconds: 2, failureThreshold: 60 }, 'Asks `/-/healthy` until it first answers.'),
        liveness: part({ periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 }, 'Asks `/-/healthy`.'),
        readiness: part({ periodSeconds: 10, timeoutSeconds: 5 }, 'Asks `/-/ready`.'),
      }),
      updateStrategy: part(
        { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '10%' } },
        'How pods are replaced.',
      ),
      ...podValues({
        requests: { cpu: '20m', memory: '128Mi' },
        limits: { memory: '512Mi' },
        tolerations: [{ operator: 'Exists' }],
        graceSeconds: 15,
      }),
    },
  );
}
