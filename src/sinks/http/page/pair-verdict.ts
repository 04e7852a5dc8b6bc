import type { MeshSnapshot } from '../../../model/snapshot.ts';
import type { Finding } from '../../../rungs/rung.ts';
import { counted } from '../../../rungs/wording.ts';
import { refusalOf } from './pair-authorization.ts';
import { routesOf, syncOf } from './pair-checks.ts';
import { callersIn, type PairPod, serversIn } from './pair-servers.ts';

/** How a pair stands, in the words of the lowest rung that says the worst. */
export interface PairVerdict {
  readonly verdict: Finding['verdict'];
  /** Empty where all is well. */
  readonly why: string;
  /** Orders pairs: less is worse. */
  readonly rank: number;
}

interface SeenPair {
  readonly namespace: string;
  readonly workload: string;
  readonly destination: string;
  readonly failed: number;
  readonly codes: readonly { readonly name: string; readonly count: number }[];
}

type RungVerdict = Pick<PairVerdict, 'verdict' | 'why'>;

const WORST_FIRST: readonly Finding['verdict'][] = ['finding', 'unknown', 'ok'];

/**
 * How each of many pairs stands by sync, routes, denials and failures. What takes a look at every pair by itself, as who is
 * there to answer, is left to `pair`.
 */
export function pairVerdicts(snapshot: MeshSnapshot): (pair: SeenPair) => PairVerdict {
  const callers = oncePer((key: string) => {
    const [namespace = '', workload = ''] = key.split('/');
    return callersIn(snapshot, { namespace, workload });
  });
  const servers = oncePer((host: string) => serversIn(snapshot, host)?.pods ?? []);
  const routes = oncePer((host: string) => routesOf(snapshot, { host }));
  return ({ namespace, workload, destination, failed, codes }) => {
    const ends = { callers: callers(`${namespace}/${workload}`), servers: servers(destination) };
    const { verdict, summary } = routes(destination);
    const refusal = refusalOf(snapshot, { servers: ends.servers, refused: refusedOf(codes) });
    return worstOf([
      { verdict: syncOf(ends).verdict, why: statesText([...ends.callers, ...ends.servers]) },
      { verdict, why: summary },
      { verdict: refusal?.verdict ?? 'ok', why: refusal?.summary ?? '' },
      { verdict: failed > 0 ? 'finding' : 'ok', why: `${counted(failed, 'request')} failed` },
    ]);
  };
}

/** Requests that were answered 403. */
export function refusedOf(codes: SeenPair['codes']): number {
  return codes.find(({ name }) => name === '403')?.count ?? 0;
}

function worstOf(verdicts: readonly RungVerdict[]): PairVerdict {
  const ranks = verdicts.map(({ verdict }, rung) => WORST_FIRST.indexOf(verdict) * verdicts.length + rung);
  const rank = Math.min(...ranks);
  const { verdict = 'ok', why = '' } = verdicts[ranks.indexOf(rank)] ?? {};
  return verdict === 'ok' ? { verdict, why: '', rank: verdicts.length * WORST_FIRST.length } : { verdict, why, rank };
}

/** `3 proxies MISSING`. */
function statesText(pods: readonly PairPod[]): string {
  const proxies = pods.filter(({ state }) => state !== null);
  const behind = proxies.filter(({ state, isPushed }) => state !== 'SYNCED' && !isPushed);
  const states = Map.groupBy(behind, ({ state }) => state ?? '');
  if (proxies.length === 0) return 'no proxy of either end is known';
  return [...states]
    .map(([state, { length }]) => `${counted(length, 'proxy', 'proxies')} ${state.replace('_', ' ')}`)
    .join(', ');
}

function oncePer<Answer>(find: (key: string) => Answer): (key: string) => Answer {
  const found = new Map<string, { readonly answer: Answer }>();
  return (key) => {
    const known = found.get(key) ?? { answer: find(key) };
    found.set(key, known);
    return known.answer;
  };
}
