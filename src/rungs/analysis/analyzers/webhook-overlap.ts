import type { InjectionWebhook } from '../../../model/injection.ts';
import { selects } from '../../../model/label-selector.ts';
import type { Labels } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { INJECT, INJECTION, REVISION } from '../membership.ts';

/** Injection webhooks would both act on one pod. */
export const webhookOverlap: Analyzer = {
  codes: ['IST0139'],
  needs: ['injectors'],
  analyze({ injectors }, report) {
    const rivals = new Map<InjectionWebhook, Set<InjectionWebhook>>();
    for (const situation of situationsOf(injectors)) {
      const acting = injectors.filter((each) => acts(each, situation));
      for (const one of acting) rivals.set(one, new Set([...(rivals.get(one) ?? []), ...acting]));
    }
    for (const [{ configuration, name }, all] of rivals) {
      const others = [...all].map(pathOf).filter((path) => path !== `${configuration}/${name}`);
      if (others.length === 0) continue;
      const object = { kind: 'MutatingWebhookConfiguration', namespace: '', name: configuration };
      report('IST0139', object, { webhook: name, problem: `acts on the same pods as ${others.sort().join(', ')}` });
    }
  },
};

function pathOf({ configuration, name }: InjectionWebhook): string {
  return `${configuration}/${name}`;
}

/** Labels of a namespace and of a pod in it. */
interface Situation {
  readonly namespace: Labels;
  readonly pod: Labels;
}

/** Every way to ask for injection, by every revision there is. */
function situationsOf(injectors: readonly InjectionWebhook[]): readonly Situation[] {
  const revisions = [...new Set(injectors.map(({ revision }) => revision))];
  const byRevision = revisions.map((revision): Labels => ({ [REVISION]: revision }));
  const spaces = [{}, { [INJECTION]: 'enabled' }, { [INJECTION]: 'disabled' }];
  const pods = [{}, { [INJECT]: 'true' }, { [INJECT]: 'false' }];
  const combined = (labels: readonly Labels[]): readonly Labels[] => [
    ...labels,
    ...labels.flatMap((one) => byRevision.map((revision) => ({ ...one, ...revision }))),
  ];
  const podLabels = combined(pods);
  return combined(spaces).flatMap((namespace) => podLabels.map((pod) => ({ namespace, pod })));
}

function acts({ namespaceSelector, objectSelector }: InjectionWebhook, { namespace, pod }: Situation): boolean {
  return selects(namespaceSelector, namespace) && selects(objectSelector, pod);
}
