import { readFile } from 'node:fs/promises';
import type { Rung } from '../../rungs/rung.ts';
import { ruleGroups } from '../alerts/rule-groups.ts';

/** What a runbook is about. */
export interface RunbookTitle {
  /** The alert's name. */
  readonly name: string;
  /** The file's: the alert's own, or that of the alert whose runbook it shares. */
  readonly page: string;
  readonly severity: string;
  /** Of the ladder, as `2 config-synced`; else the group of the alert, as `exporter`. */
  readonly rung: string;
  readonly summary: string;
}

/** Three folders up from src/sinks/runbooks as from dist/sinks/runbooks. */
const FOLDER = new URL('../../../alerts/runbooks/', import.meta.url);

/** Every alert that has a runbook: all of them. */
export function runbookTitles(ladder: readonly Rung[]): readonly RunbookTitle[] {
  return Object.values(runbooksByRung(ladder)).flat();
}

/** The runbooks of each rung's own alerts, by its id. */
export type RunbooksByRung = Readonly<Record<string, readonly RunbookTitle[]>>;

export function runbooksByRung(ladder: readonly Rung[]): RunbooksByRung {
  return Object.fromEntries(
    ruleGroups(ladder).map(({ id, rules }) => {
      const number = ladder.find((rung) => rung.id === id)?.number;
      const rung = number === undefined ? id : `${number} ${id}`;
      const titles = rules.alerts.map(({ name, runbook: page = name, severity, summary }) => {
        return { name, page, severity, rung, summary };
      });
      return [id, titles];
    }),
  );
}

/**
 * The runbook of an alert, in Markdown, without the front matter that tools read.
 * @param name of a page; or `README`, the ladder as a whole
 * @returns undefined where the package came without it
 */
export async function readRunbook(name: string): Promise<string | undefined> {
  try {
    const text = await readFile(new URL(`${name}.md`, FOLDER), 'utf8');
    return text.replace(/^---\n[\s\S]*?\n---\n+/, '');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
