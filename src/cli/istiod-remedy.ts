import type { IstiodAnswer } from '../model/control-plane.ts';
import { NOR_OVER_HTTP } from '../sources/istiod/either-way.ts';

/**
 * What to do where no istiod of a cluster could be asked, for the ways that fail for want of a way rather than of an
 * istiod. Of one that nothing listens on, or that is silent, its own error says enough.
 * @param command whose options are named
 */
export function unreachableRemedy(command: 'status' | 'check', istiods: readonly IstiodAnswer[]): string | undefined {
  const [first] = istiods;
  if (first?.error === undefined || istiods.some(({ error }) => error === undefined)) return undefined;
  if (istiods.some(isOfXds)) return undefined;
  const codes = new Set(istiods.map(({ error }) => error?.code));
  if (istiods.every(({ access }) => access === 'port_forward')) return remedyForForwards(command, first, codes);
  if (codes.has('denied') && codes.size === 1) {
    const why = 'istiod lets strangers in only through a forwarded port, or with a token (--token-file)';
    return withOwnForward(why, command, first);
  }
  const isUnreachable = [...codes].every((code) => code === 'refused' || code === 'timeout');
  return isUnreachable ? withOwnForward('pod addresses cannot be reached from here', command, first) : undefined;
}

/** Asked over xDS at last: that says itself what it lacks, and has nothing of the debug port to forward. */
function isOfXds({ access, error }: IstiodAnswer): boolean {
  return access === 'xds' || error?.detail.includes(NOR_OVER_HTTP) === true;
}

type Codes = ReadonlySet<string | undefined>;

function remedyForForwards(command: string, first: IstiodAnswer, codes: Codes): string | undefined {
  if (codes.has('denied')) {
    return [
      'where a forwarded port does not do, either',
      `  meshladder ${command} --url http://HOST:15014 --token-file FILE   (an istiod that can be reached from here)`,
      `or ask a running exporter: meshladder ${command} --server http://…:19012`,
    ].join('\n');
  }
  return codes.has('invalid') ? withOwnForward('ports cannot be forwarded from here', command, first) : undefined;
}

/** kubectl may yet get through: it knows an older protocol too. */
function withOwnForward(why: string, command: string, { istiod: { name, namespace } }: IstiodAnswer): string {
  return [
    `${why}. Either`,
    `  kubectl -n ${namespace || 'istio-system'} port-forward pod/${name} 15014   (one for each istiod)`,
    `  meshladder ${command} --url http://127.0.0.1:15014`,
    `or ask a running exporter: meshladder ${command} --server http://…:19012`,
  ].join('\n');
}
