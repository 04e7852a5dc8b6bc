import type { JsonSchema } from '../../../config/json-schema.ts';
import {
  group,
  integer,
  names,
  part,
  parts,
  strings,
  text,
  typed,
  type ValueGroup,
  type Values,
  word,
  yesNo,
} from '../value.ts';
import { accountValues, podValues } from './pod.ts';

/** The part that asks istiods and watches Kubernetes. */
export function centralValues(config: JsonSchema): ValueGroup {
  return group('The part that asks istiods and watches Kubernetes.', {
    enabled: yesNo(
      true,
      'Whether to run it. Without it, a release can hold agents alone, in a namespace of their own.',
    ),
    replicas: integer(
      1,
      'How many there are. Above 1 they elect a leader, which alone asks istiods; the others stand by.',
      1,
    ),
    shards: integer(
      1,
      'Above 1: a StatefulSet that divides the mesh by namespace among so many pods, for more than 20,000 proxies; with `replicas` above 1, so many StatefulSets.',
      1,
    ),
    config: typed({}, 'Configuration of this part alone, laid over `config`.', config),
    ...istiodValues(),
    stateVolume: part(
      {},
      'The volume of `history.file`: since when each proxy is out of sync. By default an emptyDir, which outlives a restart of the container; a `persistentVolumeClaim` outlives the pod.',
    ),
    service: group('The Service of metrics, API and page.', {
      type: word(['ClusterIP', 'NodePort', 'LoadBalancer'], 'ClusterIP', 'Its type.'),
      port: integer(19012, 'Its port.', 1),
      annotations: strings({}, 'Its annotations.'),
    }),
    serviceAccount: group('The account of its pods.', accountValues()),
    ...availabilityValues(),
    updateStrategy: part({}, 'How pods are replaced; by default as the number of replicas asks for.'),
    topologySpreadConstraints: parts('How pods are spread over nodes and zones.'),
    ...podValues({
      requests: { cpu: '100m', memory: '256Mi' },
      limits: { memory: '1Gi' },
      tolerations: [],
      graceSeconds: 30,
    }),
  });
}

/** How istiods are asked. */
function istiodValues(): Values {
  return {
    istiodToken: group('The token that istiods are shown: a projected one, renewed by the kubelet.', {
      enabled: yesNo(true, 'Whether to mount it and to name it in the configuration.'),
      audience: typed('istio-ca', "Its audience, which istiod's TOKEN_AUDIENCES must have.", {
        type: 'string',
        minLength: 1,
      }),
      expirationSeconds: integer(3600, 'For how long it is valid.', 600),
    }),
    istiodCa: group("The authority of istiod's certificate, for xDS where the debug port is off, blocked or denied.", {
      configMap: text(
        'istio-ca-root-cert',
        'The ConfigMap that Istio puts into every namespace; empty: istiods are asked over HTTP alone. It may be missing.',
      ),
      key: text('root-cert.pem', 'Its key.'),
    }),
  };
}

function availabilityValues(): Values {
  return {
    podDisruptionBudget: group('The budget of its pods, made only with more than one of them.', {
      enabled: yesNo(true, 'Whether to make it.'),
      maxUnavailable: integer(1, 'How many may be down at once on purpose.', 1),
    }),
    probes: group('When a pod counts as started, alive and ready; each is laid over what the chart sets.', {
      startup: part({ periodSeconds: 2, failureThreshold: 60 }, 'Asks `/-/healthy` until it first answers.'),
      liveness: part({ periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 }, 'Asks `/-/healthy`.'),
      readiness: part({ periodSeconds: 5, timeoutSeconds: 5 }, 'Asks `/-/ready`: whether every source has spoken.'),
    }),
  };
}

/** What the central part may do in Kubernetes. */
export function rbacValues(): ValueGroup {
  return group(
    'What the central part may do: exactly what its configuration needs (docs/permissions.md), all of it reading, but for the Lease of an election.',
    {
      create: yesNo(true, 'Whether the chart makes roles and bindings.'),
      clusterRole: yesNo(
        true,
        'Whether it may make a ClusterRole. Without one, `config.kubernetes.namespaces` must name namespaces; what is of no namespace (Namespace objects, injection webhooks, gateway classes) is then reported as denied.',
      ),
      portForwardNamespaces: names(
        'Where it may forward ports with `config.inspect.enabled`; empty: wherever it looks. Looks elsewhere are refused, and become fewer.',
      ),
    },
  );
}
