import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type KubeObject, render } from '../../scripts/helm.ts';
import { NO_HELM, podsIn, renderVariant, VARIANTS } from '../support/chart.ts';
import { configOf, podOf } from '../support/chart-config.ts';
import { readSource } from '../support/source-files.ts';

interface Container {
  readonly name: string;
  readonly command?: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
  readonly volumeMounts?: readonly { readonly name: string; readonly mountPath: string; readonly readOnly?: boolean }[];
}

function containersOf(pod: KubeObject): readonly Container[] {
  return [...(pod['spec'].initContainers ?? []), ...pod['spec'].containers] as Container[];
}

function volumesOf(pod: KubeObject): readonly (Readonly<Record<string, unknown>> & { readonly name: string })[] {
  return (pod['spec'].volumes ?? []) as [];
}

for (const variant of VARIANTS) {
  test(`${variant}: containers are as the restricted Pod Security level wants them`, { skip: NO_HELM }, () => {
    for (const { of, pod } of podsIn(renderVariant(variant))) {
      const spec = pod['spec'];
      assert.deepEqual(spec.securityContext.seccompProfile, { type: 'RuntimeDefault' }, of.metadata.name);
      assert.equal(spec.hostNetwork ?? spec.hostPID ?? spec.hostIPC, undefined);
      for (const { name, securityContext } of containersOf(pod)) {
        const { allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities } = securityContext;
        assert.deepEqual(
          [allowPrivilegeEscalation, readOnlyRootFilesystem, capabilities],
          [false, true, { drop: ['ALL'] }],
          `${of.metadata.name} ${name}`,
        );
      }
    }
  });

  test(`${variant}: root and folders of the node are for agents alone`, { skip: NO_HELM }, () => {
    for (const { of, pod } of podsIn(renderVariant(variant)).filter(({ of }) => of.kind !== 'DaemonSet')) {
      const { runAsNonRoot, runAsUser, runAsGroup } = pod['spec'].securityContext;
      assert.deepEqual([runAsNonRoot, runAsUser, runAsGroup], [true, 65532, 65532], of.metadata.name);
      assert.deepEqual(
        containersOf(pod).filter(({ securityContext }) => 'runAsUser' in securityContext),
        [],
      );
      assert.deepEqual(
        volumesOf(pod).filter((volume) => 'hostPath' in volume),
        [],
      );
    }
  });

  test(`${variant}: what is mounted is there, and every path of the configuration is mounted`, {
    skip: NO_HELM,
  }, async () => {
    const objects = renderVariant(variant);
    for (const { of, pod } of podsIn(objects)) {
      const volumes = volumesOf(pod).map(({ name }) => name);
      const mounts = containersOf(pod).flatMap(({ volumeMounts = [] }) => volumeMounts);
      assert.deepEqual(
        mounts.filter(({ name }) => !volumes.includes(name)),
        [],
        of.metadata.name,
      );
      if (of.kind === 'Pod') continue;
      const component = pod.metadata.labels?.['app.kubernetes.io/component'] ?? '';
      const paths = pathsIn(await configOf(objects, component));
      const unmounted = paths.filter(
        (path) => !mounts.some(({ mountPath }) => path === mountPath || path.startsWith(`${mountPath}/`)),
      );
      assert.deepEqual(unmounted, [], of.metadata.name);
    }
  });

  test(`${variant}: selectors find their pods, and no others`, { skip: NO_HELM }, () => {
    const objects = renderVariant(variant);
    for (const of of objects) {
      const selector = selectorOf(of);
      if (selector === undefined) continue;
      const found = podsIn(objects).filter(({ pod }) => isSelected(pod, selector));
      assert.ok(found.length > 0, `${of.kind} ${of.metadata.name} selects nothing`);
      const components = new Set(found.map(({ pod }) => pod.metadata.labels?.['app.kubernetes.io/component']));
      assert.equal(components.size, 1, `${of.kind} ${of.metadata.name}`);
      if (['Deployment', 'StatefulSet', 'DaemonSet'].includes(of.kind))
        assert.deepEqual(
          found.map((each) => each.of.metadata.name),
          [of.metadata.name],
        );
    }
  });
}

/** Files and folders that the exporter reads or writes. */
function pathsIn(config: Awaited<ReturnType<typeof configOf>>): readonly string[] {
  const logs = config.role === 'agent' ? [config.accessLog.root, config.accessLog.checkpointDir] : [];
  const central = [config.istiod.tokenFile, config.istiod.caFile, config.history.file, config.prometheus.tokenFile];
  const web = [config.web.configFile];
  return [...web, ...logs, ...(config.role === 'agent' ? [] : central)].filter((path) => path !== undefined);
}

type Selector = Readonly<Record<string, string>>;

function selectorOf({ kind, ...object }: KubeObject): Selector | undefined {
  const spec = (object as unknown as KubeObject)['spec'];
  if (kind === 'Service') return spec.selector as Selector;
  if (kind === 'NetworkPolicy') return spec.podSelector.matchLabels as Selector;
  // A ServiceMonitor selects Services.
  if (kind === 'ServiceMonitor') return undefined;
  return spec?.selector?.matchLabels as Selector | undefined;
}

function isSelected({ metadata }: KubeObject, selector: Selector): boolean {
  return Object.entries(selector).every(([key, value]) => metadata.labels?.[key] === value);
}

test('agents are of group 0, or root where the values say so', { skip: NO_HELM }, () => {
  const agents = [renderVariant('agents'), renderVariant('agents-as-root')].map(
    (objects) => podOf(objects, 'agent').pod,
  );
  assert.deepEqual(
    agents.map((pod) => {
      const { runAsUser, runAsGroup, runAsNonRoot, seLinuxOptions } = pod['spec'].securityContext;
      return { runAsUser, runAsGroup, runAsNonRoot, seLinuxOptions };
    }),
    [
      { runAsUser: 65532, runAsGroup: 0, runAsNonRoot: true, seLinuxOptions: undefined },
      { runAsUser: 0, runAsGroup: 0, runAsNonRoot: false, seLinuxOptions: { type: 'spc_t' } },
    ],
  );
});

test('agents mount logs to read, and nothing to write unless a checkpoint is asked for', { skip: NO_HELM }, () => {
  const mountsOf = (variant: string) =>
    (
      containersOf(podOf(renderVariant(variant), 'agent').pod).find(({ name }) => name === 'meshladder')
        ?.volumeMounts ?? []
    )
      .filter(({ name }) => name !== 'config')
      .map(({ mountPath, readOnly }) => [mountPath, readOnly ?? false]);
  assert.deepEqual(mountsOf('agents-as-root'), [['/data/log/pods', true]]);
  assert.deepEqual(mountsOf('agents'), [
    ['/var/log/pods', true],
    ['/var/lib/meshladder', false],
  ]);
  const [prepares] = podOf(renderVariant('agents'), 'agent').pod['spec'].initContainers;
  assert.deepEqual([prepares.securityContext.runAsUser, prepares.securityContext.capabilities], [0, { drop: ['ALL'] }]);
});

test('the heap of Node is three quarters of the memory limit', { skip: NO_HELM }, () => {
  const limits = [
    ['1Gi', '768'],
    ['1.5Gi', '1152'],
    ['512Mi', '384'],
    ['1G', '715'],
    ['1073741824', '768'],
    ['100m', undefined],
  ] as const;
  for (const [memory, heap] of limits) {
    const { pod } = podOf(render({ set: [`central.resources.limits.memory="${memory}"`] }), 'central');
    const options = containersOf(pod)[0]?.env?.find(({ name }) => name === 'NODE_OPTIONS')?.value;
    assert.equal(options, heap === undefined ? undefined : `--max-old-space-size=${heap}`, memory);
  }
});

test('a variable that is given takes the place of what the chart would set', { skip: NO_HELM }, () => {
  const set = [
    'central.extraEnv=[{"name":"NODE_OPTIONS","value":"--max-old-space-size=500"},{"name":"A","value":"b"}]',
  ];
  const [{ env }] = podOf(render({ set }), 'central').pod['spec'].containers;
  assert.deepEqual(
    env.map(({ name, value }: { name: string; value?: string }) => [name, value]),
    [
      ['POD_NAME', undefined],
      ['POD_NAMESPACE', undefined],
      ['NODE_OPTIONS', '--max-old-space-size=500'],
      ['A', 'b'],
    ],
  );
});

test('probes ask what the server answers', { skip: NO_HELM }, () => {
  const [container] = podOf(renderVariant('default'), 'central').pod['spec'].containers;
  const asked = ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => container[probe].httpGet);
  assert.deepEqual(
    asked.map(({ path, port }) => [path, port]),
    [
      ['/-/healthy', 'http'],
      ['/-/healthy', 'http'],
      ['/-/ready', 'http'],
    ],
  );
  const routes = readSource('src/sinks/http/routes.ts');
  for (const { path } of asked) assert.ok(routes.includes(`path: '${path}'`), path);
});

test('probes ask as the web configuration has it', { skip: NO_HELM }, () => {
  const probeOf = (objects: readonly KubeObject[]) => {
    const [{ livenessProbe, ports }] = podOf(objects, 'central').pod['spec'].containers;
    return [
      livenessProbe.httpGet ?? livenessProbe.tcpSocket,
      ports.map(({ containerPort }: { containerPort: number }) => containerPort),
    ];
  };
  const tls = ['webConfig.secret="web"', 'webConfig.tls=true'];
  assert.deepEqual(probeOf(render({ set: tls })), [{ path: '/-/healthy', port: 'http', scheme: 'HTTPS' }, [19012]]);
  assert.deepEqual(probeOf(render({ set: [...tls, 'config.web.probeAddress=":19013"'] })), [
    { path: '/-/healthy', port: 'probes', scheme: 'HTTP' },
    [19012, 19013],
  ]);
  assert.deepEqual(probeOf(render({ set: ['central.probes.liveness.tcpSocket={"port":"http"}'] })), [
    { port: 'http' },
    [19012],
  ]);
});

test('what is not the exporter is run by the Node that the image starts it with', { skip: NO_HELM }, () => {
  const [, node] = /^ENTRYPOINT \["([^"]+)"/m.exec(readSource('Dockerfile')) ?? [];
  const commands = podsIn(renderVariant('all-on')).flatMap(({ pod }) =>
    containersOf(pod).flatMap(({ command = [] }) => command.slice(0, 1)),
  );
  assert.ok(commands.length > 0);
  assert.deepEqual([...new Set(commands)], [node]);
});

test('what is handed on arrives', { skip: NO_HELM }, () => {
  const { pod } = podOf(renderVariant('all-on'), 'central');
  const { nodeSelector, tolerations, affinity, topologySpreadConstraints, priorityClassName, imagePullSecrets } =
    pod['spec'];
  for (const each of [
    nodeSelector,
    tolerations,
    affinity,
    topologySpreadConstraints,
    priorityClassName,
    imagePullSecrets,
  ]) {
    assert.ok(each !== undefined);
  }
  const [container] = pod['spec'].containers;
  assert.deepEqual(container.args, ['serve', '--config.file=/etc/meshladder/meshladder.yaml', '--log.level=info']);
  assert.ok(container.env.some(({ name }: { name: string }) => name === 'TZ'));
  assert.match(container.image, /^registry\.example\.com\/mesh\/meshladder@sha256:0{64}$/);
  assert.equal(pod.metadata.labels?.['example.com/tier'], 'control');
  assert.equal(pod.metadata.annotations?.['example.com/note'], 'yes');
});
