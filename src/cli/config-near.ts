import { nearest } from '../config/problem.ts';

/** As many as a person reads. */
const MAX_NAMES = 6;
/** Names that begin with as many of the same letters are of one family. */
const SHARED_LETTERS = 3;

/** Names that somebody may have meant, the likeliest first: those with the most letters in common at their beginning. */
export function nearNames(word: string, known: readonly string[]): readonly string[] {
  const typo = nearest(word, known);
  const scored = known.map((name) => ({ name, score: name === typo ? word.length : likeness(word, name) }));
  return scored
    .filter(({ score }) => score >= SHARED_LETTERS)
    .toSorted((one, other) => other.score - one.score || (one.name < other.name ? -1 : 1))
    .slice(0, MAX_NAMES)
    .map(({ name }) => name);
}

function likeness(word: string, name: string): number {
  if (word.length >= SHARED_LETTERS && (name.includes(word) || letters(name) === letters(word))) return word.length;
  let shared = 0;
  while (shared < word.length && word[shared] === name[shared]) shared++;
  return shared;
}

/** Two letters that change places make the commonest mistake. */
function letters(word: string): string {
  return [...word].toSorted().join('');
}
