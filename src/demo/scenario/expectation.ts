import { growthOf, type LabelMatch, type Scrape, sumOf } from '../exporter/scrape.ts';

/** Two scrapes: what is said now, and what was said before the incident. */
export interface Evidence {
  readonly now: Scrape;
  readonly before: Scrape;
}

/** What /metrics must come to show. */
export interface Expectation {
  /** `family{label="value"} = 3`, for the report of what did not happen. */
  readonly text: string;
  holds(evidence: Evidence): boolean;
  /** What the exporter says instead, or as well. */
  actual(evidence: Evidence): string;
  /**
   * Where the fact comes from. What istiod says is there at the next poll; objects and log lines reach the exporter on
   * their own, and are published at most once a second each. `outside`: what somebody else makes of what is exported.
   */
  readonly by: 'istiod' | 'kubernetes' | 'logs' | 'ladder' | 'envoy' | 'outside';
}

interface Fact {
  readonly family: `meshladder_${string}`;
  readonly labels?: LabelMatch;
  readonly by?: Expectation['by'];
}

/** The sum over the series of a family that have these labels is this; of a counter, what it has grown by. */
export function equal(value: number, fact: Fact): Expectation {
  return expect(fact, `= ${value}`, (sum) => sum === value);
}

export function atLeast(value: number, fact: Fact): Expectation {
  return expect(fact, `>= ${value}`, (sum) => sum !== undefined && sum >= value);
}

/** No series has these labels, or none is above 0: unknown is absent, and so is what does not happen. */
export function none(fact: Fact): Expectation {
  return expect(fact, 'is absent or 0', (sum) => sum === undefined || sum === 0);
}

function expect(
  { family, labels = {}, by = 'istiod' }: Fact,
  wanted: string,
  test: (sum: number | undefined) => boolean,
): Expectation {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${value}"`);
  const series = `${family}${pairs.length > 0 ? `{${pairs.join(',')}}` : ''}`;
  // A counter goes on over incidents that repeat.
  const value = ({ now, before }: Evidence): number | undefined =>
    family.endsWith('_total') ? growthOf(now, before, family, labels) : sumOf(now, family, labels);
  return {
    text: `${series} ${wanted}`,
    holds: (evidence) => test(value(evidence)),
    actual: (evidence) => String(value(evidence) ?? 'absent'),
    by,
  };
}

/** `meshladder check` has a finding at this rung of this namespace, in which all these words stand. */
export function finds(namespace: string, rung: string, ...words: readonly string[]): Expectation {
  const said = ({ now }: Evidence): string => now.ladder?.rung(namespace, rung)?.text ?? 'nothing';
  return {
    text: `check: ${namespace}: rung ${rung} is a FINDING with ${words.map((word) => `"${word}"`).join(', ')}`,
    holds: (evidence) => {
      const found = evidence.now.ladder?.rung(namespace, rung);
      return found?.verdict === 'finding' && words.every((word) => found.text.includes(word));
    },
    actual: said,
    by: 'ladder',
  };
}

/** `meshladder check` knows these rungs of this namespace, and has no finding at any of them. */
export function findsNothing(namespace: string, ...rungs: readonly string[]): Expectation {
  const found = ({ now }: Evidence): readonly string[] =>
    rungs.filter((rung) => (now.ladder?.rung(namespace, rung)?.verdict ?? 'finding') === 'finding');
  return {
    text: `check: ${namespace}: no finding at ${rungs.join(', ')}`,
    holds: (evidence) => found(evidence).length === 0,
    actual: (evidence) =>
      found(evidence)
        .map((rung) => `${rung}: ${evidence.now.ladder?.rung(namespace, rung)?.text ?? 'nothing'}`)
        .join('; '),
    by: 'ladder',
  };
}
