import type { EpochSeconds } from './brand.ts';
import type { LabelSelector } from './network-policy.ts';

/** One sidecar injector webhook of a MutatingWebhookConfiguration: whom it would inject. */
export interface InjectionWebhook {
  /** MutatingWebhookConfiguration name. */
  readonly configuration: string;
  readonly name: string;
  readonly revision: string;
  /** The revision tag this configuration stands for, if any. */
  readonly tag?: string;
  readonly createdAt: EpochSeconds;
  readonly namespaceSelector: LabelSelector;
  readonly objectSelector: LabelSelector;
  /** The Service it calls, `namespace/name`; absent for a URL. */
  readonly service?: string;
}
