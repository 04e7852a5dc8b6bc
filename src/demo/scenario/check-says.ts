import type { RungSaid } from '../exporter/ladder.ts';
import type { Evidence, Expectation } from './expectation.ts';

/** Said for short of the pod that the story names: the command for it is printed before it begins. */
const CHECK = 'check of the pod';

/** `meshladder check` of the story's pod has a finding at this rung, in which all these words stand. */
export function checkFinds(rung: string, ...words: readonly string[]): Expectation {
  return {
    text: `${CHECK}: rung ${rung} is a FINDING with ${words.map((word) => `"${word}"`).join(', ')}`,
    holds(evidence) {
      const said = saidOf(evidence, rung);
      return said?.verdict === 'finding' && words.every((word) => said.text.includes(word));
    },
    actual: (evidence) => textOf(saidOf(evidence, rung)),
    by: 'ladder',
  };
}

/** `meshladder check` of the story's pod knows these rungs, and has no finding at any of them. */
export function checkFindsNothing(...rungs: readonly string[]): Expectation {
  const found = (evidence: Evidence): readonly string[] =>
    rungs.filter((rung) => (saidOf(evidence, rung)?.verdict ?? 'finding') === 'finding');
  return {
    text: `${CHECK}: no finding at ${rungs.join(', ')}`,
    holds: (evidence) => found(evidence).length === 0,
    actual: (evidence) =>
      found(evidence)
        .map((rung) => `${rung}: ${textOf(saidOf(evidence, rung))}`)
        .join('; '),
    by: 'ladder',
  };
}

function saidOf({ now }: Evidence, rung: string): RungSaid | undefined {
  return now.ladder?.rungOfPod(rung);
}

function textOf(said: RungSaid | undefined): string {
  return said === undefined ? 'nothing' : `${said.verdict}: ${said.text}`;
}
