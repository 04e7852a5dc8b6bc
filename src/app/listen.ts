import type { Config } from '../config/config.ts';
import type { Log } from '../runtime/log.ts';
import { type Handler, ListenError, type RunningServer, startServer } from '../sinks/http/server.ts';
import { StartError } from './start-error.ts';
import type { WebProtection } from './web-protection.ts';

/** What is served, and where. */
export interface Listening {
  readonly handler: Handler;
  /** What is answered at the address of probes, where there is one. */
  readonly probes: Handler;
  readonly protection: WebProtection;
  readonly config: Config;
  readonly log: Log;
}

/** @throws StartError when an address cannot be had; then nothing listens */
export async function listen(options: Listening): Promise<readonly [RunningServer, ...RunningServer[]]> {
  const { handler, probes, protection, config, log } = options;
  const { tls } = protection;
  const onRefused = refusalSayer(log);
  const started: RunningServer[] = [];
  const start: typeof startServer = async (...asked) => {
    const server = await startServer(...asked);
    started.push(server);
    return server;
  };
  try {
    const server = await start(handler, { ...config.web.listenAddress, onRefused, ...(tls && { tls }) });
    protection.onTls(server.renewTls);
    log.info({ address: server.address, tls: tls !== undefined }, 'listening');
    const { probeAddress } = config.web;
    if (probeAddress === undefined) return [server];
    const beside = await start(probes, { ...probeAddress, onRefused, setting: 'web.probeAddress' });
    log.info({ probes: beside.address }, 'answering probes');
    return [server, beside];
  } catch (cause) {
    await Promise.all(started.map((server) => server.close(0)));
    if (cause instanceof ListenError) throw new StartError(cause.message, { cause });
    throw cause;
  }
}

/** Once: while there are no descriptors left, every caller brings another. */
function refusalSayer(log: Log): (err: Error) => void {
  let said = false;
  return (err) => {
    if (!said) log.warn({ err }, 'a connection could not be accepted; is the limit of open files too low?');
    said = true;
  };
}
