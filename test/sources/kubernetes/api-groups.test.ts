import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type ApiGroups, createApiGroups } from '../../../src/sources/kubernetes/api-groups.ts';
import { type KubeApi, KubeApiError, type RawObject } from '../../../src/sources/kubernetes/kube-api.ts';
import { recordedText } from './recordings.ts';

const signal = new AbortController().signal;
const resources = (...names: string[]) => ({ resources: names.map((name) => ({ name })) });

/** The groups of the recorded cluster, and in which version each of its kinds is served (objects/crds-names.json). */
const RECORDED: Record<string, unknown> = {
  '/apis': JSON.parse(recordedText('objects/api-groups.json')),
  '/apis/networking.istio.io/v1': resources('virtualservices', 'virtualservices/status', 'destinationrules'),
  '/apis/networking.istio.io/v1beta1': resources('proxyconfigs'),
  '/apis/networking.istio.io/v1alpha3': resources('envoyfilters'),
  '/apis/telemetry.istio.io/v1alpha1': resources('telemetries'),
};

function groupsOf(answers: Record<string, unknown>, keepMs = 60_000): { groups: ApiGroups; asked: string[] } {
  const asked: string[] = [];
  const get = async (path: string): Promise<RawObject> => {
    asked.push(path);
    const answer = answers[path];
    if (answer instanceof Error) throw answer;
    if (answer === undefined) throw new KubeApiError({ code: 'not_found', detail: path }, { status: 404 });
    return answer as RawObject;
  };
  return { groups: createApiGroups({ get } as unknown as KubeApi, keepMs), asked };
}

describe('API groups', () => {
  const cases = [
    { group: 'networking.istio.io', resource: 'virtualservices', version: 'v1' },
    { group: 'networking.istio.io', resource: 'proxyconfigs', version: 'v1beta1' },
    { group: 'networking.istio.io', resource: 'envoyfilters', version: 'v1alpha3' },
    { group: 'networking.istio.io', resource: 'nosuchkinds', version: undefined },
    { group: 'telemetry.istio.io', resource: 'telemetries', version: 'v1alpha1' },
    { group: 'gateway.networking.k8s.io', resource: 'httproutes', version: undefined },
  ];
  for (const { group, resource, version } of cases) {
    it(`${resource}.${group} is served as ${version}`, async () => {
      assert.equal(await groupsOf(RECORDED).groups.versionOf(group, resource, signal), version);
    });
  }

  it('are asked once, however many want to know', async () => {
    const { groups, asked } = groupsOf(RECORDED);
    await Promise.all([
      groups.names(signal),
      groups.versionOf('networking.istio.io', 'virtualservices', signal),
      groups.versionOf('networking.istio.io', 'destinationrules', signal),
    ]);
    assert.deepEqual(asked, ['/apis', '/apis/networking.istio.io/v1']);
  });

  it('are asked again after a while', async () => {
    const { groups, asked } = groupsOf(RECORDED, -1);
    await groups.names(signal);
    await groups.names(signal);
    assert.deepEqual(asked, ['/apis', '/apis']);
  });

  it('are asked again after a failure', async () => {
    const answers: Record<string, unknown> = { '/apis': new KubeApiError({ code: 'refused', detail: 'down' }) };
    const { groups } = groupsOf(answers);
    await assert.rejects(groups.names(signal), /down/);
    answers['/apis'] = RECORDED['/apis'];
    assert.ok((await groups.names(signal)).includes('networking.istio.io'));
  });

  it('do not take a server without /apis for one without groups', async () => {
    await assert.rejects(groupsOf({}).groups.names(signal), KubeApiError);
  });

  it('let no version out of its place in a path', async () => {
    const answers = { '/apis': { groups: [{ name: 'g', versions: [{ version: '../../api/v1' }, { version: 7 }] }] } };
    const { groups, asked } = groupsOf(answers);
    assert.equal(await groups.versionOf('g', 'secrets', signal), undefined);
    assert.deepEqual(asked, ['/apis']);
  });
});
