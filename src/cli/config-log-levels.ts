import { parseDuration } from '../config/units.ts';
import {
  DEFAULT_LOG_LEVEL,
  ENVOY_LOG_LEVELS,
  type EnvoyLogger,
  isVerbose,
  type LoggerChange,
} from '../model/envoy-loggers.ts';
import { nearNames } from './config-near.ts';
import { UserError } from './io.ts';

/** As commander gives them. */
export interface LevelFlags {
  readonly level?: string;
  readonly all?: boolean;
  readonly yes?: boolean;
  readonly for?: string;
}

/** What somebody wants of the loggers of an Envoy. */
export type LevelWish =
  /** Those that write more than Istio's default, back to it. */
  | { readonly kind: 'default' }
  | { readonly kind: 'all'; readonly level: string }
  | { readonly kind: 'single'; readonly loggers: readonly EnvoyLogger[] };

export interface LevelOptions {
  readonly wish: LevelWish;
  /** Absent: until somebody puts them back. */
  readonly forMs?: number;
  /** Not to be asked. */
  readonly yes: boolean;
}

const DAY_MS = 86_400_000;

/** @throws UserError for what makes no sense, or not together */
export function readLevelOptions(flags: LevelFlags): LevelOptions | undefined {
  const { level, all = false, yes = false } = flags;
  if (level === undefined) {
    const without = (['all', 'yes', 'for'] as const).find((name) => flags[name] !== undefined);
    if (without !== undefined) throw new UserError(`--${without}: only with --level`);
    return undefined;
  }
  const wish = readWish(level, all);
  if (flags.for === undefined) return { wish, yes };
  if (wish.kind === 'default') throw new UserError('--for: --level default is what it would put back to');
  return { wish, yes, forMs: readFor(flags.for) };
}

function readFor(text: string): number {
  const forMs = parseDuration(text);
  if (typeof forMs !== 'number') throw new UserError(`--for: ${forMs.problem}`);
  if (forMs > DAY_MS) throw new UserError(`--for ${text}: longer than a day, which nobody waits for; give less`);
  return forMs;
}

function readWish(text: string, all: boolean): LevelWish {
  if (text === 'default') {
    if (all) throw new UserError('--all: --level default already takes in every logger that writes more');
    return { kind: 'default' };
  }
  if (!text.includes(':')) {
    const level = readLevel(text, text);
    if (all) return { kind: 'all', level };
    throw new UserError(
      `--level ${text}: name loggers, as in --level rbac:${level}; for every logger add --all, which costs much`,
    );
  }
  if (all) throw new UserError('--all: give one level, as in --level info --all');
  return { kind: 'single', loggers: text.split(',').map((each) => readLogger(each, text)) };
}

function readLogger(each: string, text: string): EnvoyLogger {
  const [, name, level] = /^\s*([\w./-]+):([a-z]+)\s*$/i.exec(each) ?? [];
  if (name === undefined || level === undefined) {
    throw new UserError(
      `--level ${text}: ${each.trim() || 'nothing'} is no logger with a level; write it as in rbac:debug,http:trace`,
    );
  }
  return { name, level: readLevel(level, text) };
}

function readLevel(word: string, text: string): string {
  const level = word.toLowerCase() === 'warn' ? 'warning' : word.toLowerCase();
  if (ENVOY_LOG_LEVELS.includes(level)) return level;
  const [meant] = nearNames(level, ENVOY_LOG_LEVELS);
  const hint = meant === undefined ? `give ${ENVOY_LOG_LEVELS.join(', ')} or default` : `did you mean ${meant}?`;
  throw new UserError(`--level ${text}: ${word} is no level; ${hint}`);
}

/**
 * What has to change for a wish to come true; nothing where it is so already.
 * @throws UserError where it names a logger that is not there, or one twice
 */
export function changesFor(wish: LevelWish, before: readonly EnvoyLogger[]): readonly LoggerChange[] {
  const wanted = wantedOf(wish, before);
  return wanted.flatMap(({ name, level }) => {
    const now = before.find((logger) => logger.name === name)?.level;
    return now === undefined || now === level ? [] : [{ name, before: now, after: level }];
  });
}

function wantedOf(wish: LevelWish, before: readonly EnvoyLogger[]): readonly EnvoyLogger[] {
  switch (wish.kind) {
    case 'default':
      return before.filter(isVerbose).map(({ name }) => ({ name, level: DEFAULT_LOG_LEVEL }));
    case 'all':
      return before.map(({ name }) => ({ name, level: wish.level }));
    case 'single':
      checkNames(wish.loggers, before);
      return wish.loggers;
  }
}

function checkNames(wanted: readonly EnvoyLogger[], before: readonly EnvoyLogger[]): void {
  const known = before.map(({ name }) => name);
  const names = wanted.map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name)).map((name) => unknownLogger(name, known));
  if (unknown.length > 0) throw new UserError(`nothing is changed: ${unknown.join('; ')}`);
  const twice = names.find((name, nth) => names.indexOf(name) !== nth);
  if (twice !== undefined) throw new UserError(`nothing is changed: the logger ${twice} is named twice`);
}

function unknownLogger(name: string, known: readonly string[]): string {
  const near = nearNames(name, known);
  const hint = near.length === 0 ? 'meshladder config log lists them' : `near it are ${near.join(', ')}`;
  return `there is no logger ${name}; ${hint}`;
}
