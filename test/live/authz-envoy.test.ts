import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { findTool } from '../../scripts/find-tool.ts';
import { epochSeconds } from '../../src/model/brand.ts';
import type { DescribedRequest } from '../../src/model/described-request.ts';
import { evaluateRequest } from '../../src/rungs/authorization/evaluate-request.ts';
import { readAuthorizationPolicy } from '../../src/rungs/authorization/read-policy.ts';
import { type AuthorizationCase, GENERATED, TRAPS } from '../support/authorization-cases.ts';
import { type PolicyObject, rbacConfigs } from '../support/authorization-rbac.ts';
import { freePorts } from '../support/free-ports.ts';
import { type RbacEnvoy, type RbacServer, type SentRequest, startRbacEnvoy } from '../support/rbac-envoy.ts';

const binary = findTool('envoy');
const skip = binary === undefined ? 'no Envoy here: `node scripts/test-tools.ts` tries to get one' : false;

/** A case at its port; what stands for a port in its policies is that port. */
interface Placed {
  readonly about: string;
  readonly server: RbacServer;
  readonly policies: readonly PolicyObject[];
  readonly requests: readonly SentRequest[];
}

const CASES: readonly AuthorizationCase[] = [...TRAPS, ...GENERATED];
const placed: Placed[] = [];
let envoy: RbacEnvoy;

before(async () => {
  if (binary === undefined) return;
  const ports = await freePorts(CASES.length);
  placed.push(...CASES.map((each, index) => place(each, ports[index]!)));
  envoy = await startRbacEnvoy(
    binary,
    placed.map(({ server }) => server),
  );
});

after(async () => {
  await envoy?.dispose();
});

function place(
  { about, protocol = 'http', mutualTls = false, policies, requests }: AuthorizationCase,
  port: number,
): Placed {
  const own = JSON.parse(JSON.stringify(policies).replaceAll('$PORT', String(port))) as readonly PolicyObject[];
  const rbac = rbacConfigs(own, protocol === 'tcp');
  return { about, server: { port, protocol, mutualTls, rbac }, policies: own, requests };
}

/** What is sent, as a person would describe it. */
function describeRequest({ protocol, mutualTls, port }: RbacServer, sent: SentRequest): DescribedRequest {
  const { method = 'GET', path = '/', host = 'server', headers = {}, claims = null } = sent;
  const connection = {
    protocol,
    principal: mutualTls ? (sent.principal ?? 'cluster.local/ns/nobody/sa/nobody') : null,
    sourceIp: '127.0.0.1',
    destinationIp: '127.0.0.1',
    port,
    sni: mutualTls ? (sent.sni ?? null) : null,
  };
  const forwarded = headers['x-forwarded-for']?.split(',').at(-1)?.trim() ?? '127.0.0.1';
  if (protocol === 'tcp') return { ...connection, remoteIp: '127.0.0.1' };
  const named = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  return { ...connection, remoteIp: forwarded, method, path, host, headers: named, claims };
}

interface Compared {
  readonly where: string;
  readonly ours: string;
  readonly envoys: string;
}

async function compare(cases: readonly Placed[]): Promise<readonly Compared[]> {
  const compared: Compared[] = [];
  for (const { about, server, policies, requests } of cases) {
    const read = policies.map(({ dryRun, ...policy }) =>
      readAuthorizationPolicy({
        ...policy,
        apiVersion: 'security.istio.io/v1',
        kind: 'AuthorizationPolicy',
        labels: {},
        annotations: dryRun === true ? { 'istio.io/dry-run': 'true' } : {},
        createdAt: epochSeconds(0),
      }),
    );
    assert.deepEqual(
      read.flatMap(({ problem }) => problem ?? []),
      [],
    );
    compared.push(
      ...(await Promise.all(
        requests.map(async (sent) => {
          const { decision, by } = evaluateRequest(read, describeRequest(server, sent));
          const { allowed, details } = await envoy.send(server, sent);
          const name =
            by?.policy === 'none' ? 'none' : `ns[${by?.policyNamespace}]-policy[${by?.policy}]-rule[${by?.rule}]`;
          const ours =
            server.protocol === 'http' && decision === 'deny'
              ? `deny rbac_access_denied_matched_policy[${name}]`
              : decision;
          const where = `${about}: ${JSON.stringify(sent)} to ${JSON.stringify(policies.map(({ spec }) => spec))}`;
          return { where, ours, envoys: allowed ? 'allow' : `deny ${details}`.trim() };
        }),
      )),
    );
  }
  return compared;
}

function disagreements(compared: readonly Compared[]): readonly Compared[] {
  return compared.filter(({ ours, envoys }) => ours !== envoys);
}

describe('our answers and those of a real Envoy, rule names included', { skip }, () => {
  for (const [index, { about }] of TRAPS.entries()) {
    test(`trap: ${about}`, async () => {
      assert.deepEqual(disagreements(await compare([placed[index]!])), []);
    });
  }

  test('agree on generated policies and requests', async () => {
    const compared = await compare(placed.slice(TRAPS.length));
    assert.deepEqual(disagreements(compared).slice(0, 5), []);
    const denied = compared.filter(({ envoys }) => envoys.startsWith('deny')).length;
    // A generator that only ever allows, or only ever denies, would prove little.
    assert.ok(
      compared.length >= 200 && denied >= 40 && compared.length - denied >= 40,
      `${denied} of ${compared.length}`,
    );
  });
});

test('the cases are many enough, and the same each time', () => {
  const pairs = CASES.reduce((sum, { requests }) => sum + requests.length, 0);
  assert.ok(pairs >= 300, `${pairs} pairs`);
  assert.equal(
    JSON.stringify(fc.sample(fc.integer(), { seed: 1, numRuns: 3 })),
    JSON.stringify(fc.sample(fc.integer(), { seed: 1, numRuns: 3 })),
  );
});
