import type { Command } from 'commander';
import type { ClusterObjects } from '../model/cluster.ts';
import { authorizationReport } from '../sinks/report/authorization-answer.ts';
import { type AskedRequest, type AuthzFlags, readAuthzOptions } from './authz-options.ts';
import { type Io, UserError } from './io.ts';

const MAX_WIDTH = 110;

/** `meshladder authz`: whether AuthorizationPolicies let a request in, and by which rule. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  declareOptions(command)
    .addHelpText('after', AFTER_HELP)
    .action(async (target: string, files: readonly string[], flags: AuthzFlags) => {
      if (flags.output !== 'text' && flags.output !== 'json')
        throw new UserError(`-o ${flags.output}: give text or json`);
      const asked = readAuthzOptions(target, flags);
      const cluster = await objectsFor(asked, files, flags, io);
      const report = authorizationReport({ ...asked, cluster, hypothetical: files.length > 0 });
      if (report.problem !== undefined) throw new UserError(report.problem);
      const { stdout, env } = io;
      const coloured = flags.color && stdout.isTTY === true && !env['NO_COLOR'];
      if (flags.output === 'json') stdout.write(`${JSON.stringify(report.json(), undefined, 2)}\n`);
      else stdout.write(report.text({ width: Math.min(stdout.columns ?? MAX_WIDTH, MAX_WIDTH), coloured }));
      exit({ allow: 0, deny: 1, unknown: 2 }[report.decision]);
    });
}

function declareOptions(command: Command): Command {
  return command
    .argument('<pod>', 'who is called: POD.NAMESPACE, WORKLOAD.NAMESPACE, or a service as NAMESPACE/NAME')
    .argument('[files...]', 'YAML or JSON of the objects; with files, nothing else is looked at; - is stdin')
    .option(
      '-n, --namespace <namespace>',
      "the pod's namespace, if it is not in its name; and of objects that name none",
    )
    .option('--from <caller>', 'who calls: POD.NAMESPACE, NAMESPACE/ACCOUNT, a SPIFFE id, an address, or plaintext')
    .option('--from-ip <address>', 'the address the connection comes from')
    .option('--remote-ip <address>', 'the address of the first client, as trusted from X-Forwarded-For')
    .option('--method <method>', 'as in GET')
    .option('--path <path>', 'with its query, if any')
    .option('--host <host>', 'the Host header, with its port if the client sends one')
    .option('--port <port>', "the container's port; of a service, its own will do")
    .option('--header <name=value>', 'a header; those not given are not sent; may be given several times', collect)
    .option(
      '--jwt-claim <name=value>',
      'a claim of a good token, NAME[INNER]=VALUE for one inside; twice makes a list',
      collect,
    )
    .option('--no-jwt', 'there is no token')
    .option('--sni <name>', 'the server name of TLS')
    .option('--tcp', 'a TCP connection; without it, the name of the port says what is not HTTP')
    .option(
      '--label <name=value>',
      'a label of the pod, in place of what its object says; may be given several times',
      collect,
    )
    .option('--service <name.namespace>', 'the service that is called, where the pod is a waypoint')
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--kubeconfig <file>', 'the kubeconfig file of the cluster to ask')
    .option('--context <name>', 'the context of the kubeconfig to use')
    .option('-i, --istio-namespace <namespace>', "Istio's root namespace", 'istio-system')
    .option('--no-color', 'no colours, as with the variable NO_COLOR');
}

const AFTER_HELP = `
  meshladder authz cart-7d9c.shop --from web/frontend --method GET --path /cart
  meshladder authz shop/cart --from web/frontend --method GET --path /cart
  meshladder authz cart.shop --from plaintext --port 8080 --tcp
  meshladder authz cart.shop --from web/frontend --path /admin policies.yaml

Says what the proxy of the pod would do, CUSTOM, then DENY, then ALLOW, and why,
rule by rule. What is not told is not guessed: where it decides, the answer is
that it cannot be told, with the option that would say it. Nothing is sent.
Of a service each workload behind it is asked, and who denies told first.

Exit code 0: allowed; 1: denied; 2: cannot tell (an external authorizer decides,
or something has to be told), or wrong use.`;

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

async function objectsFor(
  asked: AskedRequest,
  files: readonly string[],
  flags: AuthzFlags,
  io: Io,
): Promise<ClusterObjects> {
  if (files.length > 0) {
    const { clusterOfFiles } = await import('./object-files.ts');
    return clusterOfFiles(files, asked.namespace, io);
  }
  const { clusterForQuestion } = await import('./authz-cluster.ts');
  const { kubeconfig, context } = flags;
  const origin = { ...(kubeconfig !== undefined && { kubeconfig }), ...(context !== undefined && { context }) };
  return clusterForQuestion(asked, origin, io);
}
