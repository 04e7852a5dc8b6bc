import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RENDERERS } from '../../../bench/access-log/logged-request.ts';
import { createTraffic } from '../../../bench/access-log/traffic.ts';
import { epochSeconds } from '../../../src/model/brand.ts';
import { knownServices } from '../../../src/model/known-services.ts';
import { OTHER } from '../../../src/model/traffic.ts';
import { createHostTally } from '../../../src/sources/access-log/host-tally.ts';
import type { RawRequest } from '../../../src/sources/access-log/raw-request.ts';
import { createReferenceScanner } from '../../../src/sources/access-log/reference-scanner.ts';
import { createWasmScanner } from '../../../src/sources/access-log/scanner/wasm-scanner.ts';
import type { LogScanner, StreamOrigin } from '../../../src/sources/access-log/scanner.ts';
import { createTally, type TallyStore } from '../../../src/sources/access-log/tally.ts';
import { objects } from '../../support/mesh.ts';
import { service } from '../../support/service.ts';

const CART = 'cart.shop.svc.cluster.local';
const SERVICES = knownServices(objects([service('shop', 'cart', ['10.96.0.1'])]));

function origin(workload = 'web'): StreamOrigin {
  return { source: 'files', namespace: 'shop', pod: `${workload}-1`, workload, framing: 'none' };
}

function raw(host: string, cluster = `outbound|80||${CART}`): RawRequest {
  return {
    responseCode: '200',
    flags: '-',
    details: 'via_upstream',
    terminationDetails: '-',
    transportFailure: '-',
    authority: '-',
    upstreamCluster: cluster,
    downstreamLocalAddress: '-',
    route: 'default',
    upstreamHost: host,
  };
}

function count(tally: TallyStore, request: RawRequest, by = 1, from: StreamOrigin = origin()): void {
  tally.bump(from, tally.cell(from, request), by);
}

function told(tally: TallyStore): readonly string[] {
  const hosts = tally.traffic().upstreamHosts ?? [];
  return hosts.map(({ workload, address, count: many }) => `${workload} ${address} ${many}`);
}

function tallyOf(options: Parameters<typeof createHostTally>[1] = {}): TallyStore {
  const tally = createHostTally(createTally(), options);
  tally.setServices(SERVICES);
  return tally;
}

describe('counts by upstream host', () => {
  test('are of a workload, a destination and an address; ports do not count', () => {
    const tally = tallyOf();
    count(tally, raw('10.0.0.1:8080'), 2);
    count(tally, raw('10.0.0.1:9090'));
    count(tally, raw('10.0.0.2:8080'));
    count(tally, raw('[fd00::1]:8080'));
    count(tally, raw('10.0.0.1:8080'), 4, origin('other'));
    assert.deepEqual(told(tally), ['web 10.0.0.1 3', 'web 10.0.0.2 1', 'web fd00::1 1', 'other 10.0.0.1 4']);
    assert.equal(tally.traffic().upstreamHosts?.[0]?.destination, CART);
  });

  const others: readonly (readonly [what: string, RawRequest])[] = [
    ['no host', raw('-')],
    ['a socket file', raw('/var/run/x.sock')],
    ['a name', raw('db.example.com:80')],
    ['what is no Kubernetes service', raw('10.0.0.1:80', 'outbound|443||api.example.com')],
    ['a service that nobody knows', raw('10.0.0.1:80', 'outbound|80||gone.shop.svc.cluster.local')],
    ['an inbound line', raw('10.0.0.1:80', `inbound|80||${CART}`)],
    ['what is passed through', raw('10.0.0.1:80', 'PassthroughCluster')],
  ];
  for (const [what, request] of others) {
    test(`are not of ${what}, which counts as a request all the same`, () => {
      const tally = tallyOf();
      count(tally, request, 3);
      assert.deepEqual(told(tally), []);
      assert.equal(tally.traffic().requests[0]?.count, 3);
    });
  }

  test('begin once services are known: cells are asked for again', () => {
    const tally = createHostTally(createTally());
    const before = tally.generation;
    count(tally, raw('10.0.0.1:80'));
    tally.setServices(SERVICES);
    assert.notEqual(tally.generation, before);
    count(tally, raw('10.0.0.1:80'));
    assert.deepEqual(told(tally), ['web 10.0.0.1 1']);
    assert.equal(tally.traffic().requests[0]?.count, 2);
  });

  test('change nothing of what else is counted, and are in no checkpoint', () => {
    const [plain, tally] = [createTally(), tallyOf()];
    plain.setServices(SERVICES);
    for (const host of ['10.0.0.1:80', '10.0.0.2:80']) {
      const { upstreamHost: _, ...without } = raw(host);
      count(plain, without);
      count(tally, raw(host));
    }
    const { upstreamHosts, ...traffic } = tally.traffic();
    assert.deepEqual(traffic, plain.traffic());
    assert.equal(upstreamHosts?.length, 2);
    assert.deepEqual(tally.save(), plain.save());
  });

  test('are the same objects while nothing changes', () => {
    const tally = tallyOf();
    count(tally, raw('10.0.0.1:80'));
    count(tally, raw('10.0.0.2:80'));
    const first = tally.traffic();
    assert.equal(tally.traffic(), first);
    count(tally, raw('10.0.0.2:80'));
    const second = tally.traffic().upstreamHosts;
    assert.equal(second?.[0], first.upstreamHosts?.[0]);
    assert.notEqual(second?.[1], first.upstreamHosts?.[1]);
  });

  test('beyond the cap are one', () => {
    const tally = tallyOf({ maxHosts: 2 });
    for (let nth = 1; nth <= 5; nth++) count(tally, raw(`10.0.0.${nth}:80`));
    assert.deepEqual(told(tally), ['web 10.0.0.1 1', 'web 10.0.0.2 1', `${OTHER} ${OTHER} 3`]);
    assert.equal(tally.traffic().upstreamHosts?.[2]?.destination, OTHER);
  });

  test('that stand still for long make room, and begin anew', () => {
    let now = 1000;
    const tally = tallyOf({ maxHosts: 4, now: () => epochSeconds(now) });
    for (let nth = 1; nth <= 4; nth++) count(tally, raw(`10.0.0.${nth}:80`), 10);
    assert.equal(told(tally).length, 4);
    now += 601;
    assert.equal(told(tally).length, 4, 'all were used since the start');
    const generation = tally.generation;
    count(tally, raw('10.0.0.1:80'));
    now += 601;
    assert.equal(told(tally).length, 4, 'told a last time');
    assert.notEqual(tally.generation, generation);
    assert.deepEqual(told(tally), ['web 10.0.0.1 11']);
    count(tally, raw('10.0.0.3:80'));
    count(tally, raw('10.0.0.1:80'));
    assert.deepEqual(told(tally), ['web 10.0.0.1 12', 'web 10.0.0.3 1']);
    assert.equal(tally.traffic().requests[0]?.count, 43, 'requests are never forgotten');
  });
});

test('both scanners count the same hosts, through changes of services and hosts that are forgotten', () => {
  const next = createTraffic(5);
  const requests = Array.from({ length: 3000 }, next);
  const names = new Set(
    requests.flatMap(
      ({ upstreamCluster = '' }) => /\|([^|.]+)\.([^|.]+)\.svc/.exec(upstreamCluster)?.slice(1, 3).join(' ') ?? [],
    ),
  );
  const services = [...names]
    .map((name) => name.split(' '))
    .map(([name = '', namespace = '']) => service(namespace, name, []));
  const lines = requests.map((request) => RENDERERS.text(request));
  const run = (make: (tally: TallyStore) => LogScanner) => {
    let now = 1000;
    const tally = createHostTally(createTally(), { maxHosts: 40, now: () => epochSeconds(now) });
    const scanner = make(tally);
    const course = [];
    for (let at = 0; at < lines.length; at += 300) {
      now += 400;
      tally.setServices(knownServices(objects(services.slice(0, 1 + at / 300))));
      const bytes = Buffer.from(lines.slice(at, at + 300).join(''));
      scanner.room(bytes.length).set(bytes);
      scanner.scan(origin(`w${at % 900}`), bytes.length);
      course.push(
        new Map(tally.traffic().upstreamHosts?.map(({ count: many, ...host }) => [JSON.stringify(host), many])),
      );
    }
    return course;
  };
  const options = { format: 'auto', withUpstreamHosts: true } as const;
  const fast = run((tally) => createWasmScanner({ ...options, tally }));
  assert.deepEqual(
    fast,
    run((tally) => createReferenceScanner({ ...options, tally })),
  );
  assert.ok((fast.at(-1)?.size ?? 0) > 10);
});
