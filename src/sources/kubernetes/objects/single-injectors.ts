import type { ObjectMap } from '../../../model/cluster.ts';
import type { InjectionWebhook } from '../../../model/injection.ts';

/** One configuration holds several webhooks; the model has each for itself, by `configuration/webhook`. */
export function singleInjectors(lists: Iterable<readonly InjectionWebhook[]>): ObjectMap<InjectionWebhook> {
  const single = new Map<string, InjectionWebhook>();
  for (const webhooks of lists) {
    for (const webhook of webhooks) single.set(`${webhook.configuration}/${webhook.name}`, webhook);
  }
  return single;
}
