import type { FindingLevel } from '../../model/analysis.ts';

/** One code: what it is called, what it says of an object, and what is looked at to say it. */
export interface CodeEntry {
  readonly level: FindingLevel;
  readonly title: string;
  /** The sentence of a finding; `{what}` stands for a value. */
  readonly text: string;
  /** What is looked at, and what to do about it. Ends with a full stop. */
  readonly help: string;
}

/** The names in braces of a text. */
export type Slots<Text extends string> = Text extends `${string}{${infer Slot}}${infer Rest}`
  ? Slot | Slots<Rest>
  : never;
