import type { JsonSchema } from '../../../config/json-schema.ts';
import { group, parts, strings, text, typed, type Value, type Values, word, yesNo } from '../value.ts';
import { agentValues } from './agent.ts';
import { centralValues, rbacValues } from './central.ts';
import { monitoringValues } from './monitoring.ts';

/** Where the schema of a configuration file stands in that of the values. */
const CONFIG: JsonSchema = { $ref: '#/definitions/config' };

/** Every value of the chart. */
export function chartValues(): Values {
  return {
    nameOverride: text('', 'Stands for the name of the chart in names of objects.'),
    fullnameOverride: text('', 'Stands for the whole name of objects.'),
    image: group('The image of every pod. There is no public one: build it with the Dockerfile of the repository.', {
      registry: text(
        '',
        'Its registry, and the path there: one of your own. Empty: only for nodes that have the image already.',
      ),
      repository: typed('meshladder', 'Its name.', { type: 'string', minLength: 1 }),
      tag: text('', 'Its tag; by default the version of the program that the chart is made for.'),
      digest: text('', 'Its digest, which wins over the tag.', /^(sha256:[0-9a-f]{64})?$/),
      pullPolicy: word(['IfNotPresent', 'Always', 'Never'], 'IfNotPresent', 'When nodes pull it.'),
    }),
    imagePullSecrets: parts('Secrets for the registry, as `name: …`.'),
    commonLabels: strings({}, 'Labels of every object.'),
    config: typed(
      {},
      'Configuration of the exporter: what its file holds (docs/configuration.md), but `role`, which the chart knows. `accessLog.mode: api` makes the central part read access logs through the Kubernetes API, for small meshes; agents read them on nodes.',
      CONFIG,
    ),
    central: centralValues(CONFIG),
    rbac: rbacValues(),
    agent: agentValues(CONFIG),
    webConfig: webConfigValues(),
    ...monitoringValues(),
    networkPolicy: networkPolicyValues(),
    extraManifests: extraManifests(),
  };
}

function webConfigValues(): Values[string] {
  return group(
    "TLS, client certificates and passwords, in the form of Prometheus' exporter-toolkit (docs/security.md).",
    {
      secret: text(
        '',
        'A Secret with the file and what it names, mounted into every pod; a change of it needs no restart. Empty: plain HTTP for everybody.',
      ),
      key: typed('web.config.yml', 'The key of the file.', { type: 'string', minLength: 1 }),
      tls: yesNo(
        false,
        'Whether it has a `tls_server_config`: then probes, monitors, links and `helm test` speak HTTPS. Where the file demands client certificates, which kubelets have not, set `config.web.probeAddress` too, as to `:19013`.',
      ),
    },
  );
}

function networkPolicyValues(): Values[string] {
  return group('Who may speak with the pods, and with whom they may speak.', {
    enabled: yesNo(false, 'Whether to make it.'),
    ingressFrom: parts('Who may scrape and read, as `from` of a NetworkPolicy; empty: everybody.'),
    egress: group('With whom the central part may speak. Agents speak with nobody.', {
      enabled: yesNo(true, 'Whether to confine it to DNS, the API server and istiods.'),
      apiServer: parts('Where the API server is, as `to` of a NetworkPolicy; empty: anywhere.'),
      apiServerPorts: typed([443, 6443], 'Ports of the API server, behind its Service as well.', {
        type: 'array',
        items: { type: 'integer', minimum: 1, maximum: 65_535 },
      }),
      extra: parts('More rules, as for a Prometheus that `config.prometheus.url` names.'),
    }),
  });
}

function extraManifests(): Value {
  return typed([], 'More objects of the release: objects, or text that may hold templates.', {
    type: 'array',
    items: { type: ['object', 'string'] },
  });
}
