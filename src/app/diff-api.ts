import type { Config } from '../config/config.ts';
import { objectKey } from '../model/cluster.ts';
import { podText, podWord, shellWord } from '../rungs/wording.ts';
import type { ApiDocument } from '../sinks/http/api-answer.ts';
import { ApiRefusal } from '../sinks/http/api-refusal.ts';
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

/** One look into an Envoy, with the question to its istiod, takes seconds. */
const BUSY_RETRY_SECONDS = 10;
/** As long as a question waits for its turn: the ration of a minute is partly there again, a server has recovered or not. */
const RATIONED_RETRY_SECONDS = 30;
/** By then the first poll of istiods is over, or another exporter has taken over. */
const STARTING_RETRY_SECONDS = 10;

/**
 * @throws ApiRefusal 404 and 409 where there is nothing to compare, or it is switched off; 429 and 503 where it cannot be
 * had just now; 502 where Envoy or istiod does not answer
 */
async function diffOf(named: Named, { config, mesh, asked }: DiffApiOptions): Promise<ApiDiffDocument> {
  const remedy = `ask from a terminal: meshladder diff ${podWord(named)}`;
  const off = whyNoDiff(config);
  if (off !== undefined) throw new ApiRefusal(409, `${off}; ${remedy}`);
  const { namespace, name, key } = targetOf(named, mesh, remedy);
  return apiDiffDocument({ namespace, pod: name }, told(await asked.ask(key), remedy));
}

/** @throws ApiRefusal 503 where no proxies are known yet; 404 where it is none of them; 409 where no istiod lists it */
function targetOf(named: Named, mesh: Mesh, remedy: string): InspectionTarget {
  const targets = inspectionTargets(mesh.read());
  const pod = podText(named);
  if (targets === undefined) {
    const why = `whether there is a proxy ${pod} is not known at the moment`;
    throw new ApiRefusal(503, `${why}; ${remedy}`, STARTING_RETRY_SECONDS);
  }
  const target = targets.byKey.get(objectKey(named.namespace, named.name));
  if (target === undefined) {
    const others = `meshladder status -n ${shellWord(named.namespace)}`;
    throw new ApiRefusal(
      404,
      `${pod}: no Envoy of this cluster that runs has this name; see which there are: ${others}`,
    );
  }
  if (target.verdict !== 'missing') return target;
  const nothing = 'no istiod lists this proxy, so none would send it anything: there is nothing to compare';
  throw new ApiRefusal(409, `${pod}: ${nothing}; ask why: meshladder check ${podWord(named)}`);
}

/** @throws ApiRefusal 502 where Envoy or istiod does not answer, or not readably; 429 and 503 where no look can be had now */
function told(answer: AskedAnswer<DiffExcerpt>, remedy: string): Extract<typeof answer, { state: 'told' }> {
  switch (answer.state) {
    case 'told':
      return answer;
    case 'failed':
      throw new ApiRefusal(502, `${answer.reason.detail}; ${remedy}`);
    case 'busy': {
      const why = 'another proxy is looked into just now; ask again in a few seconds';
      throw new ApiRefusal(429, `${why}, or ${remedy}`, BUSY_RETRY_SECONDS);
    }
    case 'rationed': {
      const why = 'no look may begin for now (inspect.proxiesPerMinute, or a server in trouble)';
      throw new ApiRefusal(503, `${why}; ${remedy}`, RATIONED_RETRY_SECONDS);
    }
    case 'closed': {
      const why = 'nobody looks into Envoys just now: the exporter starts or stops';
      throw new ApiRefusal(503, `${why}; ${remedy}`, STARTING_RETRY_SECONDS);
    }
  }
}
