import type { IstiodAnswer } from '../../model/control-plane.ts';
import { known } from '../../model/observed.ts';
import { isSilent } from '../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Finding } from '../rung.ts';
import { counted, shellWord, span } from '../wording.ts';

/** Whether every istiod answers. It is the same for all who ask. */
export function examineControlPlane(snapshot: MeshSnapshot): Finding {
  const { controlPlane, takenAt, settings } = snapshot;
  const root = shellWord(settings.rootNamespace);
  const pods = `kubectl -n ${root} get pods -l app=istiod -o wide`;
  if (controlPlane.state === 'pending')
    return { verdict: 'unknown', summary: 'no istiod has been asked yet', evidence: [] };
  if (controlPlane.state === 'failed') {
    const { detail } = controlPlane.error;
    return { verdict: 'unknown', summary: 'istiod cannot be seen', evidence: [detail], next: pods };
  }
  if (isSilent(snapshot)) {
    const summary = `istiod was last heard ${span(takenAt - controlPlane.at)} ago`;
    return { verdict: 'unknown', summary, evidence: [], next: pods };
  }
  const istiods = known(controlPlane)?.istiods ?? [];
  if (istiods.length === 0) return { verdict: 'finding', summary: 'no istiod runs', evidence: [], next: pods };
  return judge(istiods, pods);
}

function judge(istiods: readonly IstiodAnswer[], pods: string): Finding {
  const evidence = istiods.map(answerText);
  const silent = istiods.filter(({ error }) => error !== undefined);
  const [first] = silent;
  if (first === undefined) {
    const versions = [...new Set(istiods.flatMap(({ version }) => version ?? []))];
    const which = versions.length === 0 ? '' : ` (${versions.join(', ')})`;
    const answering = `${counted(istiods.length, 'istiod')} ${istiods.length === 1 ? 'answers' : 'answer'}`;
    return { verdict: 'ok', summary: `${answering}${which}`, evidence };
  }
  const isDenied = silent.every(({ error }) => error?.code === 'denied');
  const how = isDenied ? 'let us in' : 'answer';
  const summary = `${silent.length} of ${counted(istiods.length, 'istiod')} ${silent.length === 1 ? 'does' : 'do'} not ${how}`;
  const { namespace, name } = first.istiod;
  const logs = `kubectl -n ${shellWord(namespace)} logs ${shellWord(name)} --tail=50`;
  return { verdict: 'finding', summary, evidence, next: isDenied || namespace === '' ? pods : logs };
}

function answerText({ istiod, access, error, proxies, version }: IstiodAnswer): string {
  if (error !== undefined) return `${istiod.name}: ${error.code}: ${error.detail}`;
  const told = [counted(proxies.length, 'proxy', 'proxies'), ...(version === undefined ? [] : [version])];
  return `${istiod.name}: ${[...told, ...(access === 'xds' ? ['over xDS'] : [])].join(', ')}`;
}
