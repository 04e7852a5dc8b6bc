/** `1 proxy`, `3 proxies`, `1,240 requests`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

const UNITS: readonly (readonly [seconds: number, name: string])[] = [
  [172_800, 'd'],
  [7_200, 'h'],
  [60, 'min'],
];
const SECONDS_OF: Readonly<Record<string, number>> = { d: 86_400, h: 3_600, min: 60 };

/** A span as one says it: `45 s`, `6 min`, `3 h`, `2 d`, rounded down. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [, unit] = UNITS.find(([from]) => whole >= from) ?? [];
  return unit === undefined ? `${whole} s` : `${Math.floor(whole / (SECONDS_OF[unit] ?? 1))} ${unit}`;
}

/**
 * A share in percent as it is read, with a digit behind the point below ten: `10 %`, `2.5 %`. Only nothing is `0 %`, and
 * only all is `100 %`: a few in a thousand are `<0.1 %`, all but a few `99.9 %`.
 */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.1) return '<0.1 %';
  if (value > 99 && value < 100) return `${Math.floor(value * 10) / 10} %`;
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} %`;
}

/** A share that configuration declares, as exactly as Envoy takes it: `33.33 %`, `0.0001 %`. */
export function exactPercent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}

/** The first few of a list, and how many more there are. @param of what they are, where the list does not show it: `finding` */
export function firstOf(names: readonly string[], max = 3, of?: string): string {
  const more = names.length - max;
  const rest = of === undefined ? `${more} more` : counted(more, `other ${of}`);
  return more > 0 ? `${names.slice(0, max).join(', ')} and ${rest}` : names.join(', ');
}

/** A word of a command line to copy. Names come from a network: none may end the word and begin a command. */
export function shellWord(word: string): string {
  return /^[\w./:=@%+][\w./:=@%+-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** What a pod is called by: a Kubernetes object, a row, or a look. */
interface Named {
  readonly namespace: string;
  readonly name: string;
}

/** `cart-1.shop`. */
export function podText({ namespace, name }: Named): string {
  return `${name}.${namespace}`;
}

/** The same as a word of a command. */
export function podWord(pod: Named): string {
  return shellWord(podText(pod));
}

/** A complete service name as short as a reader of one namespace needs it: `payment-svc`. */
export function shortHost(host: string): string {
  const [name = host, , svc] = host.split('.');
  return svc === 'svc' ? name : host;
}
