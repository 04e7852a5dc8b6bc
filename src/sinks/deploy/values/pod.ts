import { integer, part, parts, strings, text, texts, type Values, yesNo } from '../value.ts';

/** What every kind of pod lets one hand on. */
export function podValues(given: {
  readonly requests: Readonly<Record<string, string>>;
  readonly limits: Readonly<Record<string, string>>;
  readonly tolerations: readonly unknown[];
  readonly graceSeconds: number;
}): Values {
  return {
    resources: part(
      { requests: given.requests, limits: given.limits },
      'Requests and limits. Three quarters of the memory limit become the heap of Node (`--max-old-space-size`). No CPU limit: throttling makes answers late.',
    ),
    nodeSelector: strings({ 'kubernetes.io/os': 'linux' }, 'Labels of nodes that pods may run on.'),
    tolerations: parts('Taints that pods tolerate.', given.tolerations),
    affinity: part({}, 'Rules for where pods run; by default several central pods keep apart where they can.'),
    priorityClassName: text('', 'The priority class of pods.'),
    terminationGracePeriodSeconds: integer(given.graceSeconds, 'Seconds that a pod has to end in.', 1),
    podLabels: strings({}, 'Labels of pods, beside the usual ones.'),
    podAnnotations: strings({}, 'Annotations of pods.'),
    podSecurityContext: part({}, 'Security context of pods: what is set here wins over what the chart sets.'),
    securityContext: part({}, 'Security context of containers: what is set here wins over what the chart sets.'),
    extraEnv: parts('More environment variables; `MESHLADDER_…` ones win over the configuration file.'),
    extraArgs: texts('More flags of `meshladder serve`.'),
    extraVolumes: parts('More volumes of pods.'),
    extraVolumeMounts: parts('More mounts of the container.'),
  };
}

/** The account that pods run as. */
export function accountValues(): Values {
  return {
    create: yesNo(true, 'Whether the chart makes the account.'),
    name: text('', 'Its name; by default made from the name of the release.'),
    annotations: strings({}, 'Its annotations.'),
  };
}
