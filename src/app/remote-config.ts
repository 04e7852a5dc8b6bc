import type { Config } from '../config/config.ts';

/**
 * The configuration as it holds for a remote cluster: like at home, but for where it is and what it is called. Its logs
 * are its agents' to read, and what is remembered of it stands in a file of its own.
 */
export function remoteConfig(config: Config, id: string): Config {
  const { file } = config.history;
  return {
    ...config,
    role: 'central',
    cluster: { id },
    istiod: { ...config.istiod, discovery: 'kubernetes', urls: [] },
    accessLog: { ...config.accessLog, mode: 'off' },
    // An id may hold what no file name does.
    history: { file: file === undefined ? undefined : `${file}.${encodeURIComponent(id)}` },
  };
}
