import { counted, firstOf, percent, podWord, shortHost, span } from '../wording.ts';
import { showCommand } from './causes/bindings.ts';
import type { ObservedSplit } from './observed-split.ts';
import type { Split } from './splits.ts';

/** `VirtualService payment/payment-svc route payment-canary`. */
export function titleOf({ object, route }: Pick<Split, 'object' | 'route'>): string {
  return `${object.kind} ${object.namespace}/${object.name}${route === '' ? '' : ` route ${route}`}`;
}

/** `canary payment-svc/v2 declared 10 %, observed 0 %`: of all that is off, the smallest share, which one watches. */
export function offText({ shares, total }: ObservedSplit): string {
  const off = shares.filter(({ judged }) => judged.verdict === 'off');
  const [first] = off.toSorted((one, other) => one.weight.ratio - other.weight.ratio);
  if (first === undefined) return '';
  const { ratio } = first.weight;
  const canary = ratio < 0.5 ? 'canary ' : '';
  return `${canary}${targetText(first.weight)} declared ${percent(ratio)}, observed ${percent(first.hits / total)}`;
}

/** `payment-svc/v2`. */
function targetText({ destination, subset }: { readonly destination: string; readonly subset: string }): string {
  return `${shortHost(destination)}${subset === '' ? '' : `/${subset}`}`;
}

/** `declared: payment-svc/v1 90 %, payment-svc/v2 10 %`. */
export function declaredText({ weights }: Split): string {
  const shares = weights.map((weight) => `${targetText(weight)} ${percent(weight.ratio)}`);
  return `declared: ${firstOf(shares, 4)}`;
}

/** The same, with how many requests each target got. */
export function observedText(split: Split, { shares, total, seconds }: ObservedSplit): string {
  const hits = shares.map(({ weight, hits: count }) => `${targetText(weight)} ${count.toLocaleString('en')}`);
  const requests = `of ${counted(total, 'request')} in ${span(seconds)}: ${firstOf(hits, 4)}`;
  return `${titleOf(split)}: ${declaredText(split)}; ${requests}`;
}

/** A command to look at the route in the proxy of a row, or at its object where there is none. */
export function nextFor(split: Split, row: { readonly name: string; readonly namespace: string } | undefined): string {
  if (row === undefined) return showCommand(split);
  return `istioctl proxy-config routes ${podWord(row)} -o json`;
}
