import type { Config } from '../config/config.ts';
import { objectKey } from '../model/cluster.ts';
import { ApiRefusal } from '../sinks/http/api-refusal.ts';
import type { ApiDocument } from '../sinks/http/routes.ts';
import { type ApiDiffDocument, apiDiffDocument } from '../sinks/report/diff-api-json.ts';
import type { DiffExcerpt } from '../sinks/report/diff-excerpt.ts';
import type { AskedAnswer, AskedLooks } from '../sources/inspection/asked-looks.ts';
import { type InspectionTarget, inspectionTargets } from '../sources/inspection/targets.ts';
import type { Mesh } from './mesh.ts';

export interface DiffApiOptions {
  readonly config: Config;
  readonly mesh: Mesh;
  readonly asked: AskedLooks<DiffExcerpt>;
}

/** `/api/v1/diff`: what istiod would send one proxy against what its Envoy has, looked up when it is asked for. */
export function diffApi(options: DiffApiOptions): ApiDocument {
  return {
    about: 'what istiod would send a proxy against what its Envoy has, looked up now, as JSON',
    refuse: (query) => (query.get('namespace') && query.get('pod') ? undefined : 'give both namespace and pod'),
    document: (query) => diffOf({ namespace: query.get('namespace') ?? '', name: query.get('pod') ?? '' }, options),
  };
}

/** Undefined where configuration allows one. */
export function whyNoDiff({ inspect }: Config): string | undefined {
  if (!inspect.enabled) return 'inspection is off (inspect.enabled)';
  return inspect.askIstiod ? undefined : 'istiods are not asked (inspect.askIstiod)';
}

interface Named {
  readonly namespace: string;
  readonly name: string;
}

async function diffOf(named: Named, { config, mesh, asked }: DiffApiOptions): Promise<ApiDiffDocument> {
  const remedy = `ask from a terminal: meshladder diff ${named.name}.${named.namespace}`;
  const off = whyNoDiff(config);
  if (off !== undefined) throw new ApiRefusal(409, `${off}; ${remedy}`);
  const { namespace, name, key } = targetOf(named, mesh);
  return apiDiffDocument({ namespace, pod: name }, told(await asked.ask(key), remedy));
}

/** @throws ApiRefusal where there is nothing to compare */
function targetOf({ namespace, name }: Named, mesh: Mesh): InspectionTarget {
  const targets = inspectionTargets(mesh.read());
  if (targets === undefined) throw new ApiRefusal(503, 'which proxies there are is not known at the moment', 10);
  const target = targets.byKey.get(objectKey(namespace, name));
  if (target === undefined) throw new ApiRefusal(404, 'no Envoy of this cluster that runs has this name');
  if (target.verdict !== 'missing') return target;
  throw new ApiRefusal(409, 'no istiod lists this proxy, so none would send it anything: there is nothing to compare');
}

/** @throws ApiRefusal */
function told(answer: AskedAnswer<DiffExcerpt>, remedy: string): Extract<typeof answer, { state: 'told' }> {
  switch (answer.state) {
    case 'told':
      return answer;
    case 'failed':
      throw new ApiRefusal(502, `${answer.reason.detail}; ${remedy}`);
    case 'busy':
      throw new ApiRefusal(429, 'another proxy is looked into just now; ask again in a few seconds', 10);
    case 'rationed':
      throw new ApiRefusal(
        503,
        `no look may begin for now (inspect.proxiesPerMinute, or a server in trouble); ${remedy}`,
        30,
      );
    case 'closed':
      throw new ApiRefusal(503, `nobody looks into Envoys just now: the exporter starts or stops; ${remedy}`, 10);
  }
}
