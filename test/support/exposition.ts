/** One family as Prometheus would read it. */
export interface ReadFamily {
  readonly help: string;
  readonly type: string;
  /** `name{a="b"}` as written → value. */
  readonly samples: ReadonlyMap<string, number>;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"/g;
const UNESCAPED: Readonly<Record<string, string>> = { '\\\\': '\\', '\\"': '"', '\\n': '\n' };

/**
 * Reads a scrape in the text format 0.0.4 and throws on what promtool lets pass: families that come twice or lie apart,
 * samples that come twice, samples without HELP and TYPE before them, a last line without its end.
 */
export function readExposition(text: string): ReadonlyMap<string, ReadFamily> {
  if (text !== '' && !text.endsWith('\n')) throw new Error('the last line has no end');
  const families = new Map<string, { help: string; type: string; samples: Map<string, number> }>();
  let name = '';
  for (const line of text.split('\n').slice(0, -1)) {
    const [, kind, family = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      if (families.has(family)) throw new Error(`${family} comes twice`);
      families.set(family, { help: rest, type: '', samples: new Map() });
      name = family;
    } else if (kind === 'TYPE') {
      const known = families.get(family);
      if (known === undefined || family !== name) throw new Error(`TYPE of ${family} without its HELP before it`);
      known.type = rest;
    } else if (line !== '') {
      addSample(families.get(name), name, line);
    }
  }
  return families;
}

function addSample(
  family: { type: string; samples: Map<string, number> } | undefined,
  name: string,
  line: string,
): void {
  const [, sample = '', labels = '', value = ''] = SAMPLE.exec(line) ?? [];
  if (sample === '') throw new Error(`not a sample: ${line}`);
  const base =
    family?.type === 'histogram' || family?.type === 'summary' ? sample.replace(/_(bucket|sum|count)$/, '') : sample;
  if (family === undefined || (base !== name && sample !== name)) throw new Error(`outside its family: ${line}`);
  const key = `${sample}${labels}`;
  if (family.samples.has(key)) throw new Error(`comes twice: ${line}`);
  const number =
    value === '+Inf' ? Number.POSITIVE_INFINITY : value === '-Inf' ? Number.NEGATIVE_INFINITY : Number(value);
  if (Number.isNaN(number) && !/^NaN$/i.test(value)) throw new Error(`not a number: ${line}`);
  family.samples.set(key, number);
}

/** The labels of a sample's key, unescaped. */
export function labelsOf(key: string): Readonly<Record<string, string>> {
  const pairs = [...key.matchAll(LABEL)].map(([, label = '', value = '']) => [
    label,
    value.replace(/\\["\\n]/g, (written) => UNESCAPED[written] ?? ''),
  ]);
  return Object.fromEntries(pairs);
}
