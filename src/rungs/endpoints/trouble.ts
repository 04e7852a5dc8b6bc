/** Something wrong with the endpoints of a service, in words for a person. */
export interface Trouble {
  /** The part of a sentence. */
  readonly text: string;
  /** What it rests on. */
  readonly evidence: readonly string[];
  /** A command to copy. */
  readonly next?: string;
}
