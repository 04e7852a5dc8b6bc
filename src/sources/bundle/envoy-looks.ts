import type { EnvoyDump } from '../../model/envoy-config.ts';
import type { SavedEnvoy } from './bundle.ts';
import type { EntryRole, SavedPod } from './entry-role.ts';

/** Puts the answers of one Envoy together. They stand side by side in a bundle, so one Envoy's are held at a time. */
export interface LookJoiner {
  take(role: Extract<EntryRole, { kind: 'envoy' }>, dump: EnvoyDump): void;
  end(): void;
}

export function createLookJoiner(onLook: (look: SavedEnvoy) => void): LookJoiner {
  let last: { pod: SavedPod; dump: EnvoyDump } | undefined;
  const end = (): void => {
    if (last !== undefined) onLook(last);
    last = undefined;
  };
  return {
    take(role, dump) {
      const pod = role.pod ?? podInDump(dump);
      // Nobody could say whose it is.
      if (pod === undefined) return;
      if (last !== undefined && (last.pod.namespace !== pod.namespace || last.pod.name !== pod.name)) end();
      last = { pod, dump: { ...last?.dump, ...dump } };
    },
    end,
  };
}

/** Whose a dump says it is. */
export function podInDump({ config }: EnvoyDump): SavedPod | undefined {
  const node = config?.bootstrap?.node;
  return node === undefined || node.pod === '' ? undefined : { namespace: node.namespace, name: node.pod };
}
