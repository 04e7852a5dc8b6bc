/** Checks of single values (Istio pkg/config/validation/agent and labels): each says what is wrong, if anything. */

const LABEL = '[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?';
const DNS_LABEL = new RegExp(`^${LABEL}$`);
const WILDCARD_LABEL = new RegExp(`^(?:\\*|(?:\\*|\\*-)?${LABEL})$`);
/** Names that gateways make for SNI routing: `outbound_.80_.v1_.host`. */
const SNI_LABEL = /^[a-zA-Z0-9](?:[-_a-zA-Z0-9]*[a-zA-Z0-9_])?$/;
const LONGEST_LABEL = 63;
const LONGEST_NAME = 255;

export function isDnsLabel(text: string): boolean {
  return text.length <= LONGEST_LABEL && DNS_LABEL.test(text);
}

/** A whole name without a wildcard. */
export function badName(name: string): string | undefined {
  return badLength(name) ?? badLabels(name, name, isDnsLabel);
}

/** A name whose first label may be or begin with a star. */
export function badWildcardName(name: string): string | undefined {
  return badWildcard(name, isDnsLabel);
}

/** The same for hosts at gateways, where labels may hold underscores. */
export function badGatewayName(name: string): string | undefined {
  return badWildcard(name, (label) => isDnsLabel(label) || SNI_LABEL.test(label));
}

function badWildcard(name: string, isLabel: (label: string) => boolean): string | undefined {
  const tooLong = badLength(name);
  if (tooLong !== undefined) return tooLong;
  const dot = name.indexOf('.');
  const first = dot === -1 ? name : name.slice(0, dot);
  if (!isLabel(first) && (first.length > LONGEST_LABEL || !WILDCARD_LABEL.test(first))) {
    return `the name "${name}" has the label "${first}", which is none`;
  }
  return dot === -1 ? undefined : badLabels(name.slice(dot + 1), name, isLabel);
}

function badLength(name: string): string | undefined {
  if (name.length > LONGEST_NAME) return `a name is longer than ${LONGEST_NAME} characters`;
  return name === '' ? 'a name is empty' : undefined;
}

function badLabels(labels: string, name: string, isLabel: (label: string) => boolean): string | undefined {
  const all = (labels.endsWith('.') ? labels.slice(0, -1) : labels).split('.');
  const bad = all.find((label) => !isLabel(label));
  if (bad !== undefined) return `the name "${name}" has the label "${bad}", which is none`;
  const last = all.at(-1) ?? '';
  return /^\d+$/.test(last) ? `the name "${name}" ends in a number` : undefined;
}

/** From 1 to 65535. */
export function badPort(port: number | undefined): string | undefined {
  const isPort = port !== undefined && Number.isInteger(port) && port >= 1 && port <= 65_535;
  return isPort ? undefined : `the port ${port ?? '(none)'} is not between 1 and 65535`;
}

const DURATION = /^([+-])?((?:\d+(?:\.\d*)?|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/;
const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** What Go reads as a duration, in milliseconds; `undefined` for anything else. */
export function durationMs(text: string): number | undefined {
  if (text === '0') return 0;
  if (text.length > 64 || !DURATION.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g)) {
    sum += Number(amount) * (UNIT_MS[unit ?? ''] ?? 0);
  }
  return text.startsWith('-') ? -sum : sum;
}

/** At least a millisecond, and whole ones. */
export function badDuration(value: unknown, what: string): string | undefined {
  if (value === undefined) return undefined;
  const ms = typeof value === 'string' ? durationMs(value) : undefined;
  if (ms === undefined) return `${what} is no duration such as 2s`;
  if (ms < 1) return `${what} is shorter than 1ms`;
  return isWhole(ms) ? undefined : `${what} is not in whole milliseconds`;
}

/** Sums of decimal fractions are not exact. */
function isWhole(ms: number): boolean {
  return Math.abs(ms - Math.round(ms)) < 1e-7;
}

const HEADER_NAME = /^[-_A-Za-z0-9]+$/;

export function badHeaderName(name: string): string | undefined {
  if (name === '') return 'a header has no name';
  return HEADER_NAME.test(name) ? undefined : `"${name}" is no name of a header`;
}

const LABEL_NAME = /^(?:[a-zA-Z0-9](?:[-a-zA-Z0-9_.]*[a-zA-Z0-9])?\/)?[a-zA-Z0-9](?:[-A-Za-z0-9_.]*[a-zA-Z0-9])?$/;
const LABEL_VALUE = /^(?:[a-zA-Z0-9](?:[-A-Za-z0-9_.]*[a-zA-Z0-9])?)?$/;

/** What Kubernetes takes as labels. */
export function badLabelMap(labels: Readonly<Record<string, string>>): string | undefined {
  for (const [name, value] of Object.entries(labels)) {
    if (!LABEL_NAME.test(name) || (name.split('/').at(-1) ?? '').length > LONGEST_LABEL) {
      return `"${name}" is no name of a label`;
    }
    if (value.length > LONGEST_LABEL || !LABEL_VALUE.test(value)) return `"${value}" is no value of a label`;
  }
  return undefined;
}

/** A protocol of Istio's, in any case (Istio pkg/config/protocol). */
const PROTOCOLS: ReadonlySet<string> = new Set([
  ...['tcp', 'udp', 'grpc', 'grpc-web', 'http', 'http_proxy', 'http2', 'https', 'tls', 'mongo', 'redis', 'mysql'],
  ...['hbone', 'doublehbone', 'http3'],
]);

export function isProtocol(name: string): boolean {
  return PROTOCOLS.has(name.toLowerCase());
}
