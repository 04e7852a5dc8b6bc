import type { SentType } from '../istiod/control-plane.ts';
import { type PushVersion, versionInfo } from '../istiod/xds-nonce.ts';
import type { Body } from './body.ts';
import type { MeshView } from './mesh-view.ts';
import type { SentConfig } from './sent-config.ts';

/** The resources of one type that an Envoy holds. */
export interface Held {
  readonly resources: readonly Body[];
  /** `2026-11-21T02:20:35Z/1`. */
  readonly version: string;
  readonly atMs: number;
}

/** What an Envoy was sent last and did not take. */
export interface Rejected {
  readonly resources: readonly Body[];
  /** Its words. */
  readonly details: string;
  readonly atMs: number;
}

/** What one Envoy holds of each type: not what was sent last, but what reached it last and was taken. */
export interface HeldConfig {
  take(type: SentType, view: MeshView, push: PushVersion): void;
  /** From now on what reaches the proxy is acknowledged, and gets lost before Envoy takes it. */
  lose(lost: boolean): void;
  held(type: SentType): Held;
  rejected(type: SentType): Rejected | undefined;
}

export interface HeldOptions {
  readonly make: (view: MeshView) => SentConfig;
  readonly rejects: Readonly<Partial<Record<SentType, string>>>;
  readonly now: () => number;
}

interface Taken {
  readonly view: MeshView;
  /** What it held before it began to refuse. */
  readonly good: MeshView;
  readonly push: PushVersion;
  readonly atMs: number;
}

const NOTHING: Held = { resources: [], version: '', atMs: 0 };

export function createHeld({ make, rejects, now }: HeldOptions): HeldConfig {
  const taken = new Map<SentType, Taken>();
  const made = new WeakMap<MeshView, SentConfig>();
  let isLost = false;
  const configOf = (view: MeshView): SentConfig => {
    const config = made.get(view) ?? make(view);
    made.set(view, config);
    return config;
  };
  return {
    take(type, view, push) {
      const before = taken.get(type);
      // Of what never came nothing is known but the first: a proxy does not start without configuration.
      if (isLost && before !== undefined) return;
      taken.set(type, { view, good: before?.good ?? view, push, atMs: now() });
    },
    lose(lost) {
      isLost = lost;
    },
    held(type) {
      const state = taken.get(type);
      if (state === undefined) return NOTHING;
      const { view, good, push, atMs } = state;
      const sent = configOf(view)[type];
      const before = new Map(configOf(good)[type].map((each) => [each['name'], each]));
      const resources = sent.map((each) => (knows(each) ? each : withoutUnknown(before.get(each['name']) ?? each)));
      return { resources: resources as readonly Body[], version: versionInfo(push), atMs };
    },
    rejected(type) {
      const [state, details] = [taken.get(type), rejects[type]];
      if (state === undefined || details === undefined) return undefined;
      const resources = configOf(state.view)[type].filter((each) => !knows(each));
      if (resources.length === 0) return undefined;
      return { resources, details: details.replace(OF_WHICH, '').trim(), atMs: state.atMs };
    },
  };
}

/** To istiod it names the resource; beside the resource it does not. */
const OF_WHICH = /^Error adding\/updating listener\(s\) [^:]+: /;

/** Types of Envoy's own and of the messages that its configuration is made of. */
const KNOWN_TYPE = /^type\.googleapis\.com\//;

/** Whether every part of a resource is of a type that this Envoy was built with. */
function knows(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const type = (value as Body)['@type'];
  if (typeof type === 'string' && !KNOWN_TYPE.test(type)) return false;
  return Object.values(value).every(knows);
}

/** The resource as it was before a filter of an unknown type was put into it. */
function withoutUnknown(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter(knowsFilter).map(withoutUnknown);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withoutUnknown(each)]));
}

function knowsFilter(value: unknown): boolean {
  const type = ((value as Body | null)?.['typed_config'] as Body | undefined)?.['@type'];
  return typeof type !== 'string' || KNOWN_TYPE.test(type);
}
