import { integer, part, parts, strings, text, type Value, type Values } from '../value.ts';

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
    nodeSelector: strings({}, 'Labels of nodes that pods may run on.'),
    tolerations: parts('Taints that pods tolerate.', given.tolerations),
    affinity: part({}, 'Rules for where pods run; by default several central pods keep apart where they can.'),
    priorityClassName: text('', 'The priority class of pods.'),
    terminationGracePeriodSeconds: integer(given.graceSeconds, 'Seconds that a pod has to end in.', 1),
    podLabels: strings({}, 'Labels of pods, beside the usual ones.'),
    podAnnotations: strings({}, 'Annotations of pods.'),
    podSecurityContext: part({}, 'Security context of pods: what is set here wins over what the chart sets.'),
    securityContext: part({}, 'Security context of containers: what is set here wins over what the chart sets.'),
    extraEnv: environment(),
    extraArgs: arguments_(),
    extraVolumes: parts('More volumes of pods.'),
    extraVolumeMounts: parts('More mounts of the container.'),
  };
}

function environment(): Value {
  return parts('More environment variables; `MESHLADDER_…` ones win over the configuration file.');
}

function arguments_(): Value {
  return { kind: 'value', fallback: [], doc: 'More flags of `meshladder serve`.', schema: STRING_LIST };
}

const STRING_LIST = { type: 'array', items: { type: 'string' } };

/** The account that pods run as. */
export function accountValues(): Values {
  return {
    create: { kind: 'value', fallback: true, doc: 'Whether the chart makes the account.', schema: { type: 'boolean' } },
    name: text('', 'Its name; by default made from the name of the release.'),
    annotations: strings({}, 'Its annotations.'),
  };
}
