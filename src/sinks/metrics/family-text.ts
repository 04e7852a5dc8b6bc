import type { FamilySpec, Sample } from '../../rungs/rung.ts';
import { createDuplicateFinder } from './duplicate-finder.ts';
import { createLabelTexts, escapeHelp, valueText } from './label-text.ts';

/** Lines in one piece of text: some tenths of a millisecond's work, so that the caller can pause between pieces. */
const LINES_A_PIECE = 500;

/** Writes one family in the text format 0.0.4, piece by piece; kept between scrapes for the label texts it has made. */
export interface FamilyText {
  /** HELP and TYPE, then the samples in order. A repeated label set is left out and counted by `onRepeat`. */
  pieces(samples: readonly Sample[], onRepeat: () => void): Iterable<string>;
}

export function createFamilyText(family: FamilySpec): FamilyText {
  const { name, labels } = family;
  const header = `# HELP ${name} ${escapeHelp(family.help)}\n# TYPE ${name} ${family.type}\n`;
  const texts = labels.map((label, index) => createLabelTexts(label, index === 0));
  const end = labels.length === 0 ? ' ' : '} ';
  let hash = 0;

  /** The line of one sample; leaves the hash of its labels in `hash`. */
  const lineOf = (sample: Sample): string => {
    let line: string = name;
    hash = 0;
    for (let at = 0; at < texts.length; at += 1) {
      const label = texts[at]?.(sample.labels[labels[at] ?? ''] ?? '');
      line += label?.text;
      hash = mix(hash, label?.hash ?? 0);
    }
    return `${line}${end}${valueText(sample.value)}\n`;
  };

  return {
    *pieces(samples, onRepeat) {
      yield header;
      const finder = createDuplicateFinder(samples.length, (one, other) =>
        equalLabels(labels, samples[one], samples[other]),
      );
      for (let start = 0; start < samples.length; start += LINES_A_PIECE) {
        let piece = '';
        for (const [offset, sample] of samples.slice(start, start + LINES_A_PIECE).entries()) {
          const line = lineOf(sample);
          if (finder.isRepeat(start + offset, hash)) onRepeat();
          else piece += line;
        }
        yield piece;
      }
    },
  };
}

function mix(hash: number, next: number): number {
  const mixed = (Math.imul(hash, 31) + next) | 0;
  return mixed ^ (mixed >>> 15);
}

function equalLabels(labels: readonly string[], one: Sample | undefined, other: Sample | undefined): boolean {
  return labels.every((label) => (one?.labels[label] ?? '') === (other?.labels[label] ?? ''));
}
