/** Command lines in fenced blocks; a line that ends in a backslash goes on. */
export function commandsIn(text: string): readonly string[] {
  const blocks = [...text.matchAll(/^ *```\w*\n([\s\S]*?)^ *```/gm)].map(([, block]) => block ?? '');
  return blocks.flatMap((block) =>
    block
      .replaceAll(/\\\n\s*/g, ' ')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#')),
  );
}

/** Kinds that every cluster has. One that is missing takes all the others of its command along: nothing is printed. */
const OF_EVERY_CLUSTER: ReadonlySet<string> = new Set(
  'pods services endpointslices deployments daemonsets statefulsets hpa networkpolicies'.split(' '),
);

/** Kinds that are asked for together with others, and that a cluster may lack. */
export function riskyTogether(text: string): readonly string[] {
  const together = [...text.matchAll(/\bkubectl\b[^\n`|;]*? get (\S+,\S+)/g)].map(([, kinds = '']) => kinds);
  return together.filter((kinds) => kinds.split(',').some((kind) => !OF_EVERY_CLUSTER.has(kind)));
}

/** Commands run in a container whose image may lack them, in steps that do not say so. */
export function execsInVain(text: string): readonly string[] {
  return text.split(/^(?=\d+\. |## )/m).flatMap((step) =>
    commandsIn(step).filter((line) => {
      const [, where = '', what = ''] = /^kubectl (.*\bexec\b.*?) -- (\S+)/.exec(line) ?? [];
      if (where === '') return false;
      const knows = what === 'pilot-agent' || /[Dd]istroless/.test(step);
      return !(where.endsWith('-c istio-proxy') && knows);
    }),
  );
}

/** Names of one mesh in a query to paste: it would answer for a namespace that the reader has not, with nothing. */
export function namesOfAnotherMesh(text: string): readonly string[] {
  const queries = [...text.matchAll(/^ *```promql\n([\s\S]*?)^ *```/gm)].map(([, query]) => query ?? '');
  return queries.flatMap((query) =>
    [...query.matchAll(/\b\w*(?:namespace|workload|proxy|pod_name|object_name|destination)=~?"(?![A-Z])[^"]+"/g)].map(
      ([matcher]) => matcher,
    ),
  );
}

const FORWARD = 'kubectl -n istio-system port-forward svc/meshladder 19012 &';

/** Commands that the exporter answers and that ask elsewhere, or ask it before a port of it is forwarded. */
export function notOfTheExporter(text: string): readonly string[] {
  const commands = commandsIn(text);
  const from = commands.indexOf(FORWARD);
  return commands.filter((line, nth) => {
    if (!/^meshladder (?:status|check|analyze)(?: |$)/.test(line) || /--(?:url|syncz)\b|\.yaml\b/.test(line))
      return false;
    return from === -1 || nth < from || !line.includes('--server http://127.0.0.1:19012');
  });
}
