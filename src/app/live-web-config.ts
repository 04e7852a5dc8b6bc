import { stat } from 'node:fs/promises';
import { type Problem, problemText } from '../config/problem.ts';
import { loadWebConfig } from '../config/web-config.ts';
import type { EpochSeconds } from '../model/brand.ts';
import type { TlsSettings, WebConfig } from '../model/web-config.ts';
import { tlsProblem } from '../sinks/http/security/tls-options.ts';
import type { Clock, SourceLog } from '../sources/source.ts';
import { StartError } from './start-error.ts';

/** The web configuration in use. */
export interface LiveWebConfig {
  current(): WebConfig;
  /** Looks whether a file of it has changed, and takes what is new and sound. Never fails. */
  refresh(): Promise<void>;
}

export interface WebConfigOptions {
  readonly file: string;
  readonly clock: Clock;
  readonly log: Pick<SourceLog, 'info' | 'warn'>;
  /** Told of each reading; undefined: it could not be taken, and what was before stays in use. */
  readonly onRead: (at: EpochSeconds | undefined) => void;
  readonly onChange: (config: WebConfig) => void;
}

/**
 * How often to look, whether anybody asks or not: where a wrong authority turns everybody away at the handshake, no
 * request is left that could bring the look.
 */
export const LOOK_EVERY_MS = 2000;
const SOON = `within ${LOOK_EVERY_MS / 1000} seconds`;

/** Reads the file, and at each refresh again when it or a file it names has changed. @throws StartError when it cannot be taken now */
export async function openLiveWebConfig(options: WebConfigOptions): Promise<LiveWebConfig> {
  const { file, clock, log, onRead, onChange } = options;
  const first = await readUsableWebConfig(file);
  if (!first.result.ok) throw new StartError(tellProblems(first.result.problems));
  let config = first.result.config;
  let { files } = first;
  let seen = await fingerprint(files);
  let looking: Promise<void> | undefined;
  onRead(clock.now());
  log.info({ file }, `the web configuration is in use; what changes in its files holds ${SOON}`);

  const take = async (): Promise<void> => {
    // Taken before the reading: what changes meanwhile is seen the next time.
    const now = await fingerprint(files);
    if (now === seen) return;
    const next = await readUsableWebConfig(file, config);
    seen = sameFiles(files, next.files) ? now : await fingerprint(next.files);
    ({ files } = next);
    onRead(next.result.ok ? clock.now() : undefined);
    if (next.result.ok) {
      config = next.result.config;
      onChange(config);
      log.info({ file }, 'the web configuration was read anew, and holds from now on');
    } else {
      const problems = next.result.problems.map(problemText);
      log.warn(
        { file, problems },
        `the new web configuration cannot be taken; what was before stays in use. Mend it, and it holds ${SOON}`,
      );
    }
  };
  return {
    current: () => config,
    refresh: () => {
      looking ??= take().finally(() => {
        looking = undefined;
      });
      return looking;
    },
  };
}

/**
 * As `loadWebConfig`, and held to what this program can do with it.
 * @param inUse what the server runs with, where it runs
 */
export async function readUsableWebConfig(file: string, inUse?: WebConfig): ReturnType<typeof loadWebConfig> {
  const loaded = await loadWebConfig(file);
  if (!loaded.result.ok) return loaded;
  const { tls } = loaded.result.config;
  const refused = (message: string): typeof loaded => {
    return { ...loaded, result: { ok: false, problems: [{ where: file, path: '', message }] } };
  };
  const problem = tls === undefined ? undefined : tlsProblem(tls);
  if (problem !== undefined) return refused(problem);
  const opened = inUse === undefined ? undefined : whatItOpens(inUse, loaded.result.config);
  return opened === undefined ? loaded : refused(opened);
}

/**
 * Why a change has to wait for a restart. A file that is just being written is empty for a moment, and must not let
 * everybody in.
 */
function whatItOpens(inUse: WebConfig, next: WebConfig): string | undefined {
  if ((inUse.tls === undefined) !== (next.tls === undefined)) {
    return 'TLS is not switched on or off while the server runs; restart it';
  }
  if (inUse.users.size > 0 && next.users.size === 0) {
    return 'passwords are not switched off while the server runs; restart it';
  }
  return inUse.tls && next.tls && whomItLetsIn(inUse.tls, next.tls);
}

/** What a client certificate has to be, by Go's names: the policies are no single line from weak to strong. */
const MERITS: readonly (readonly [merit: RegExp, what: string])[] = [
  [/^Require/, 'demanded'],
  [/Verify/, 'verified'],
];

/** A typo in a name is mended by another name in its place; one name more is one client more. */
function whomItLetsIn(inUse: TlsSettings, next: TlsSettings): string | undefined {
  const lost = MERITS.find(([merit]) => merit.test(inUse.clientAuth) && !merit.test(next.clientAuth));
  if (lost !== undefined) {
    return `client certificates stay ${lost[1]} while the server runs (${inUse.clientAuth}, not ${next.clientAuth}); restart it`;
  }
  const names = ({ allowedSans }: TlsSettings): number =>
    allowedSans === undefined ? Number.POSITIVE_INFINITY : new Set(allowedSans).size;
  return names(next) > names(inUse)
    ? 'client_allowed_sans is not taken away and gets no more names while the server runs; restart it'
    : undefined;
}

/** What `serve` and `check-config` say of a web configuration that cannot be taken. */
export function tellProblems(problems: readonly Problem[]): string {
  return ['the web configuration cannot be taken:', ...problems.map((problem) => `  ${problemText(problem)}`)].join(
    '\n',
  );
}

function sameFiles(some: readonly string[], others: readonly string[]): boolean {
  return some.join('\n') === others.join('\n');
}

/** Differs when a file was written, replaced, or came and went; links, as of mounted Secrets, are followed. */
async function fingerprint(files: readonly string[]): Promise<string> {
  const marks = await Promise.all(
    files.map(async (file) => {
      const found = await stat(file, { bigint: true }).catch(() => undefined);
      return found === undefined ? 'gone' : [found.ino, found.size, found.mtimeNs, found.ctimeNs].join(':');
    }),
  );
  return marks.join(' ');
}
