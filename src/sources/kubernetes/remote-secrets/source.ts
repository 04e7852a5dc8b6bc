import type { Scheduler, Source } from '../../source.ts';
import { type KubeApi, KubeApiError } from '../kube-api.ts';
import { listRemoteSecrets, REMOTE_SECRETS_RBAC, type RemoteSecret } from './list.ts';

export interface RemoteSecretsOptions {
  readonly api: Pick<KubeApi, 'list'>;
  readonly rootNamespace: string;
  readonly scheduler: Scheduler;
  readonly intervalMs: number;
}

/** The clusters that istiod is told of, looked at again and again: a watch of a list this short is not worth its connection. */
export function createRemoteSecretsSource(options: RemoteSecretsOptions): Source<readonly RemoteSecret[]> {
  const { api, rootNamespace, scheduler, intervalMs } = options;
  return {
    name: 'remote_secrets',
    rbac: REMOTE_SECRETS_RBAC,
    run: ({ publish, report }, signal) => {
      const look = async (stop: AbortSignal): Promise<void> => {
        try {
          publish(await listRemoteSecrets(api, rootNamespace, stop));
          report({ ok: true, errors: [] });
        } catch (error) {
          if (!(error instanceof KubeApiError)) throw error;
          report({ ok: false, errors: [error.reason] });
        }
      };
      return scheduler.repeat('remote secrets', () => intervalMs, look, signal);
    },
  };
}
