import type { SecretFacts } from '../../../model/analysis-world.ts';
import type { EpochSeconds } from '../../../model/brand.ts';
import { keyOfObject, objectKey } from '../../../model/cluster.ts';
import { labelsAt, objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Analyzer, Report } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { perWorld } from '../per-world.ts';
import { podsWith } from '../pods.ts';
import type { World } from '../world.ts';

/** A Gateway presents a certificate that does not exist where its pods are, or that cannot be used. */
export const gatewayCredential: Analyzer = {
  codes: ['IST0101', 'IST0161'],
  needs: ['gateways.networking.istio.io', 'pods', 'secrets'],
  analyze(world, report) {
    for (const object of world.config('gateways.networking.istio.io')) {
      // As for istioctl, the pods of a gateway are in one namespace.
      const [pod] = podsWith(world, labelsAt(object.spec, 'selector'));
      if (pod === undefined) continue;
      for (const name of credentialsOf(object.spec)) judge(world, { object, namespace: pod.namespace, name }, report);
    }
  },
};

interface Credential {
  readonly object: ConfigObject;
  /** Where the gateway's pods are, and so the secret. */
  readonly namespace: string;
  readonly name: string;
}

function judge(world: World, { object, namespace, name }: Credential, report: Report): void {
  // With a slash it names its namespace itself.
  const secret = secretsByKey(world).get(name.includes('/') ? name : objectKey(namespace, name));
  if (secret === undefined) {
    report('IST0101', refOf(object), { what: 'credentialName', name });
    return;
  }
  const problem = problemOf(secret, world.at);
  if (problem !== undefined) report('IST0161', refOf(object), { secret: name, namespace, problem });
}

const secretsByKey = perWorld(({ secrets }) => new Map(secrets.map((secret) => [keyOfObject(secret), secret])));

function credentialsOf(spec: unknown): readonly string[] {
  const names = objectsAt(spec, 'servers').map((server) => textAt(server, 'tls', 'credentialName'));
  return [...new Set(names)].filter((name) => name !== '');
}

function problemOf({ certificate }: SecretFacts, at: EpochSeconds): string | undefined {
  if (certificate.state === 'missing') return 'has no key with a certificate';
  if (certificate.state === 'unreadable') return 'has a certificate that cannot be read';
  if (certificate.notAfter < at) return 'has a certificate that has run out';
  return certificate.notBefore > at ? 'has a certificate that does not hold yet' : undefined;
}
