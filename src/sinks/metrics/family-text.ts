import type { FamilySpec, Sample } from '../../rungs/rung.ts';
import { createDuplicateFinder } from './duplicate-finder.ts';
import { divide, type Piece } from './kept-pieces.ts';
import { createLabelTexts, escapeHelp, valueText } from './label-text.ts';

/** Writes one family in the text format 0.0.4, and remembers between scrapes what it has written. */
export interface FamilyText {
  /** HELP and TYPE, then the samples in order. A repeated label set is left out and counted by `onRepeat`. */
  pieces(samples: readonly Sample[], onRepeat: () => void): Iterable<Buffer>;
}

export function createFamilyText(family: FamilySpec): FamilyText {
  const { name, labels } = family;
  const header = Buffer.from(`# HELP ${name} ${escapeHelp(family.help)}\n# TYPE ${name} ${family.type}\n`);
  const writeLines = createLineWriter(family);
  let kept: readonly Piece[] = [];

  /** A stretch as it is to be sent, and how many of its label sets were met before. */
  const settle = (own: readonly Sample[], known: Piece | undefined, isRepeat: IsRepeat): [Piece, number] => {
    const fresh = known === undefined ? writeLines(own) : undefined;
    const repeats = repeatsIn(known?.hashes ?? fresh?.hashes ?? new Int32Array(), isRepeat);
    if (known !== undefined && repeats.size === 0) return [known, 0];
    return [toPiece(own, fresh ?? writeLines(own), repeats), repeats.size];
  };

  return {
    *pieces(samples, onRepeat) {
      yield header;
      const now: Piece[] = [];
      const equal = (one: number, other: number): boolean => equalLabels(labels, samples[one], samples[other]);
      const finder = createDuplicateFinder(samples.length, equal);
      for (const { start, end, kept: known } of divide(samples, kept)) {
        const isRepeat: IsRepeat = (index, hash) => finder.isRepeat(start + index, hash);
        const [piece, repeats] = settle(samples.slice(start, end), known, isRepeat);
        for (let told = 0; told < repeats; told += 1) onRepeat();
        now.push(piece);
        yield piece.bytes;
      }
      // A piece that left a line out would leave it out for ever.
      kept = now.filter((piece) => piece.whole);
    },
  };
}

type IsRepeat = (index: number, hash: number) => boolean;

/** The lines of some samples, and a number for each label set that is seldom the same for two. */
interface Lines {
  readonly lines: readonly string[];
  readonly hashes: Int32Array;
}

function createLineWriter({ name, labels }: FamilySpec): (samples: readonly Sample[]) => Lines {
  const texts = labels.map((label, index) => createLabelTexts(label, index === 0));
  const end = labels.length === 0 ? ' ' : '} ';
  return (samples) => {
    const hashes = new Int32Array(samples.length);
    const lines = samples.map((sample, index) => {
      let line: string = name;
      let hash = 0;
      for (let at = 0; at < texts.length; at += 1) {
        const label = texts[at]?.(sample.labels[labels[at] ?? ''] ?? '');
        line += label?.text;
        hash = mix(hash, label?.hash ?? 0);
      }
      hashes[index] = hash;
      return `${line}${end}${valueText(sample.value)}\n`;
    });
    return { lines, hashes };
  };
}

function repeatsIn(hashes: Int32Array, isRepeat: IsRepeat): ReadonlySet<number> {
  const repeats = new Set<number>();
  for (let index = 0; index < hashes.length; index += 1) if (isRepeat(index, hashes[index] ?? 0)) repeats.add(index);
  return repeats;
}

function toPiece(samples: readonly Sample[], { lines, hashes }: Lines, repeats: ReadonlySet<number>): Piece {
  const shown = repeats.size === 0 ? lines : lines.filter((_, index) => !repeats.has(index));
  return {
    labels: samples.map((sample) => sample.labels),
    values: samples.map((sample) => sample.value),
    hashes,
    bytes: Buffer.from(shown.join('')),
    whole: repeats.size === 0,
  };
}

function mix(hash: number, next: number): number {
  const mixed = (Math.imul(hash, 31) + next) | 0;
  return mixed ^ (mixed >>> 15);
}

function equalLabels(labels: readonly string[], one: Sample | undefined, other: Sample | undefined): boolean {
  return labels.every((label) => (one?.labels[label] ?? '') === (other?.labels[label] ?? ''));
}
