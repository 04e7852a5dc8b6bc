import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { mapMeshConfig } from '../../../../src/sources/kubernetes/objects/mesh-configs.ts';
import { mapRecorded } from '../recordings.ts';

const configMap = (name: string, mesh: string | undefined, labels: object = {}) => ({
  metadata: { name, namespace: 'istio-system', labels },
  data: { ...(mesh !== undefined && { mesh }), meshNetworks: 'networks: {}' },
});

describe('mesh configs', () => {
  it('are found among all ConfigMaps of a recorded mesh', () => {
    const found = mapRecorded('configmaps', mapMeshConfig);
    assert.deepEqual([...found.keys()], ['istio']);
    assert.deepEqual(found.get('istio'), {
      namespace: 'istio-system',
      name: 'istio',
      revision: 'default',
      rootNamespace: 'istio-system',
      accessLogFile: '/dev/stdout',
      accessLogEncoding: 'TEXT',
      trustDomain: 'cluster.local',
      raw: {
        accessLogFile: '/dev/stdout',
        accessLogEncoding: 'TEXT',
        rootNamespace: 'istio-system',
        trustDomain: 'cluster.local',
        enablePrometheusMerge: true,
        defaultConfig: { discoveryAddress: 'istiod.istio-system.svc:15012', tracing: {} },
      },
    });
  });

  const names = [
    { name: 'istio', labels: {}, revision: 'default' },
    { name: 'istio-1-30-3', labels: {}, revision: '1-30-3' },
    { name: 'istio-canary', labels: { 'istio.io/rev': 'canary' }, revision: 'canary' },
    { name: 'istio', labels: { 'istio.io/rev': 'prod' }, revision: 'prod' },
  ];
  for (const { name, labels, revision } of names) {
    it(`${name} with ${JSON.stringify(labels)} is of revision ${revision}`, () => {
      assert.equal(mapMeshConfig(configMap(name, 'trustDomain: x', labels))?.revision, revision);
    });
  }

  it('are no other ConfigMaps, and none without a mesh', () => {
    assert.equal(mapMeshConfig(configMap('istiod', 'a: b')), undefined);
    assert.equal(mapMeshConfig(configMap('my-istio', 'a: b')), undefined);
    assert.equal(mapMeshConfig(configMap('istio-sidecar-injector', undefined)), undefined);
  });

  it('may be empty, which leaves everything unsaid', () => {
    assert.deepEqual(mapMeshConfig(configMap('istio', '')), {
      namespace: 'istio-system',
      name: 'istio',
      revision: 'default',
      raw: {},
    });
  });

  const encodings = [
    ['accessLogEncoding: JSON', 'JSON'],
    ['accessLogEncoding: 1', 'JSON'],
    ['accessLogEncoding: 0', 'TEXT'],
    ['accessLogEncoding: XML', undefined],
    ['{}', undefined],
  ] as const;
  for (const [mesh, encoding] of encodings) {
    it(`reads ${mesh} as ${encoding}`, () => {
      assert.equal(mapMeshConfig(configMap('istio', mesh))?.accessLogEncoding, encoding);
    });
  }

  it('keep a format with its line break, and mTLS only where it is said', () => {
    const mesh = 'accessLogFormat: |\n  [%START_TIME%] %RESPONSE_FLAGS%\nenableAutoMtls: false\n';
    const config = mapMeshConfig(configMap('istio', mesh));
    assert.equal(config?.accessLogFormat, '[%START_TIME%] %RESPONSE_FLAGS%\n');
    assert.equal(config?.enableAutoMtls, false);
    assert.equal(mapMeshConfig(configMap('istio', 'enableAutoMtls: maybe'))?.enableAutoMtls, undefined);
  });

  it('do not take a string for a setting of another shape', () => {
    const config = mapMeshConfig(configMap('istio', 'accessLogFile: [a]\ntrustDomain: 7\n'));
    assert.deepEqual([config?.accessLogFile, config?.trustDomain], [undefined, undefined]);
  });

  const networks = [
    { meshNetworks: 'networks: {}', expected: undefined },
    { meshNetworks: 'networks: {east: {endpoints: []}}', expected: { east: { endpoints: [] } } },
    { meshNetworks: 'networks: [', expected: undefined },
  ];
  for (const { meshNetworks, expected } of networks) {
    it(`keep the networks of ${meshNetworks}, and their own settings whatever those are`, () => {
      const raw = { ...configMap('istio', undefined), data: { mesh: 'trustDomain: td', meshNetworks } };
      assert.deepEqual(mapMeshConfig(raw)?.networks, expected);
      assert.equal(mapMeshConfig(raw)?.trustDomain, 'td');
    });
  }

  const bomb = `a: &a [x,x,x,x]\n${'bcdefghi'
    .split('')
    .map((key, at) => `${key}: &${key} [${Array(9).fill(`*${'abcdefgh'[at]}`).join(',')}]`)
    .join('\n')}\n`;
  const broken = [
    { what: 'no YAML', mesh: 'a: [', says: /its mesh key is no YAML: / },
    { what: 'a list', mesh: '- a', says: /its mesh key is no YAML mapping/ },
    { what: 'a word', mesh: 'hello', says: /its mesh key is no YAML mapping/ },
    { what: 'a key twice', mesh: 'a: 1\na: 2', says: /its mesh key is no YAML: / },
    { what: 'a bomb of aliases', mesh: bomb, says: /its mesh key is no YAML: / },
  ];
  for (const { what, mesh, says } of broken) {
    it(`say so when their mesh is ${what}`, () => {
      assert.throws(() => mapMeshConfig(configMap('istio', mesh)), says);
    });
  }

  it('pollute nothing', () => {
    const config = mapMeshConfig(configMap('istio', '__proto__: {polluted: true}\n'));
    assert.equal(({} as { polluted?: boolean }).polluted, undefined);
    assert.equal(config?.rootNamespace, undefined);
  });
});
