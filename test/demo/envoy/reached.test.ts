import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CUT_OFF } from '../../../src/demo/scenario/deed.ts';
import { startEnvoyLab } from './envoy-lab.ts';

test('a push that lands though istiod hears nothing of it is what the Envoys hold, of those still connected', async (context) => {
  const lab = await startEnvoyLab(context);
  const weightsOf = async (pod: 'checkout' | 'paymentV1'): Promise<string> => {
    const { text } = await lab.ask(pod, '/config_dump');
    const found = /"weighted_clusters":\s*\{\s*"clusters":\s*(\[[^\]]*\])/.exec(text)?.[1] ?? '[]';
    return (JSON.parse(found) as { readonly weight: number }[]).map(({ weight }) => weight).join('/');
  };
  lab.perform({ do: 'silence', pods: CUT_OFF });
  lab.perform({ do: 'disconnect', pod: 'paymentV1' });
  lab.perform({ do: 'declare_weights', weights: { v1: 90, v2: 10 } });
  lab.perform({ do: 'push', types: ['cds', 'lds', 'rds'] });
  assert.equal(await weightsOf('checkout'), '100');
  lab.perform({ do: 'route', weights: { v1: 90, v2: 10 } });
  assert.equal(await weightsOf('checkout'), '90/10');
  assert.equal(await weightsOf('paymentV1'), '100');
  const { acked, sent } =
    lab.mesh.control.connection(lab.mesh.proxies.get('checkout')?.proxy.id ?? '')?.types.get('rds') ?? {};
  assert.notEqual(acked, sent);
});
