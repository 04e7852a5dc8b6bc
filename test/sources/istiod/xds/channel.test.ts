import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { discoveryResponse } from '../../../../src/demo/istiod/xds-wire.ts';
import { openChannel, type XdsChannel } from '../../../../src/sources/istiod/xds/channel.ts';
import { deadlineIn } from '../../../../src/sources/istiod/xds/deadline.ts';
import { writeRequest } from '../../../../src/sources/istiod/xds/messages.ts';
import { xdsNode } from '../../../../src/sources/istiod/xds/node.ts';
import { DEBUG, SERVER_NAME, STATUS, startXdsServer, type XdsAnswer } from '../../../support/xds-server.ts';

async function channelTo(t: TestContext, answers: Readonly<Record<string, XdsAnswer>>): Promise<XdsChannel> {
  const server = await startXdsServer({ answers });
  const ca = Buffer.from(server.ca.cert);
  const channel = openChannel({ address: server.address, serverName: SERVER_NAME, ca, limitBytes: 1 << 20 });
  t.after(async () => {
    channel.close();
    await server.stop();
  });
  return channel;
}

test('a question that comes while another waits is refused, and the other has its answer', async (t) => {
  const { promise: asked, resolve: reached } = Promise.withResolvers<() => void>();
  const channel = await channelTo(t, {
    [DEBUG]: (stream) => reached(() => void stream.write(discoveryResponse(DEBUG, []))),
  });
  const signal = new AbortController().signal;
  const stream = channel.open({ token: undefined, deadline: deadlineIn(3_000), path: 'xDS', signal });
  t.after(() => stream.end());
  const node = xdsNode(undefined, 'istio-system');
  const first = stream.ask(writeRequest({ typeUrl: DEBUG, resourceNames: [], node }));
  const answer = await asked;
  const second = stream.ask(writeRequest({ typeUrl: STATUS, resourceNames: [], node }));
  const refused = assert.rejects(second, /one question at a time/);
  answer();
  await refused;
  assert.ok((await first).length > 0);
});
