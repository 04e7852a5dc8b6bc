import type { Command } from 'commander';
import type { Io } from './io.ts';

/** What each command's file exports: its options and its action, declared on a commander command. */
export interface CommandModule {
  /** Adds arguments, options and help text; the action returns the exit code. */
  configure(command: Command, io: Io, exit: (code: number) => void): void;
}

/** One line of `meshladder --help`. The module is loaded only when its command is used. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<CommandModule>;
}
