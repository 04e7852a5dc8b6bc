import type { Replicas } from '../../model/inspection.ts';

const WORD = /[\w-]+/g;
const IPV4 = /(?<![\d:a-f])\d{1,3}(?:\.\d{1,3}){3}(?![\d:a-f])/g;
const IPV6 = /(?<![\d:a-f])[\da-f:]*:[\da-f:]*/g;
const ANYWHERE = /[.*+?^${}()|[\]\\]/g;

/**
 * Puts `<pod>` and `<address>` for what a replica is called, where it stands as a word of its own. As quick for a
 * thousand replicas as for two: words are looked up, not tried one after the other.
 */
export function hideIdentities({ pods, addresses }: Replicas): (text: string) => string {
  const names = new Set(pods.filter((pod) => pod !== ''));
  const ips = new Set(addresses.filter((address) => address !== ''));
  const dotted = [...names].filter((name) => name.includes('.'));
  const inDots = dotted.length === 0 ? undefined : patternOf(dotted);
  const hasV4 = [...ips].some((ip) => !ip.includes(':'));
  const hasV6 = [...ips].some((ip) => ip.includes(':'));
  const hideAddress = (text: string): string => (ips.has(text) ? '<address>' : text);
  return (text) => {
    let shown = inDots === undefined ? text : text.replaceAll(inDots, '<pod>');
    if (names.size > 0) shown = shown.replaceAll(WORD, (word) => (names.has(word) ? '<pod>' : word));
    if (hasV4 && shown.includes('.')) shown = shown.replaceAll(IPV4, hideAddress);
    return hasV6 && shown.includes(':') ? shown.replaceAll(IPV6, hideAddress) : shown;
  };
}

/** A pod's name may have dots, which end a word elsewhere. */
function patternOf(names: readonly string[]): RegExp {
  const longestFirst = names.toSorted((one, other) => other.length - one.length);
  const any = longestFirst.map((word) => word.replaceAll(ANYWHERE, String.raw`\$&`)).join('|');
  return new RegExp(String.raw`(?<![\w-])(?:${any})(?![\w-])`, 'g');
}
