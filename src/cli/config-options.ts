import { ENVOY_SECTIONS, type EnvoySection } from '../model/envoy-resource.ts';
import type { ConfigFilter } from '../sinks/report/config-filter.ts';
import { type DumpOrigin, type OriginFlags, originOf } from './config-dump.ts';
import { type LevelFlags, type LevelOptions, readLevelOptions } from './config-log-levels.ts';
import { UserError } from './io.ts';

/** As commander gives them. */
export interface ConfigFlags extends OriginFlags, LevelFlags {
  readonly file?: readonly string[];
  readonly output?: string;
  readonly fqdn?: string;
  readonly port?: string;
  readonly subset?: string;
  readonly direction?: string;
  readonly address?: string;
  readonly type?: string;
  readonly name?: string;
  readonly cluster?: string;
  readonly status?: string;
}

/** How it is written. */
export type ConfigOutput = 'table' | 'json' | 'yaml';

/** What is listed: a section, or something else of the proxy's. */
export type ConfigPart = EnvoySection | 'bootstrap' | 'secrets' | 'log' | 'all';

const PARTS: readonly ConfigPart[] = [...ENVOY_SECTIONS, 'bootstrap', 'secrets', 'log', 'all'];

export interface ConfigOptions {
  readonly part: ConfigPart;
  readonly origin: DumpOrigin;
  readonly output: ConfigOutput;
  readonly filter: ConfigFilter;
  /** Of the part `log` alone: what is to be changed. */
  readonly levels: LevelOptions | undefined;
}

type FilterName = keyof ConfigFilter;

/** Which filters say something of which part. */
const FILTERS: Readonly<Record<ConfigPart, readonly FilterName[]>> = {
  clusters: ['fqdn', 'port', 'subset', 'direction'],
  listeners: ['address', 'port', 'type'],
  routes: ['name'],
  endpoints: ['address', 'port', 'cluster', 'status'],
  bootstrap: [],
  secrets: [],
  log: [],
  all: [],
};

const FILTER_NAMES = ['fqdn', 'port', 'subset', 'direction', 'address', 'type', 'name', 'cluster', 'status'] as const;

/** @throws UserError for what makes no sense, or not together */
export function readConfigOptions(what: string, pod: string | undefined, flags: ConfigFlags): ConfigOptions {
  // istioctl takes one of each as well: `cluster`, `listener`, …
  const part = PARTS.find((each) => each === what || each === `${what}s`);
  if (part === undefined) throw new UserError(`config ${what}: give ${PARTS.slice(0, -1).join(', ')} or all`);
  const levels = readLevelOptions(flags);
  if (levels !== undefined && part !== 'log') throw new UserError(`--level: says nothing of ${part}, only of log`);
  for (const name of FILTER_NAMES) if (flags[name] !== undefined) checkFilter(name, part);
  return {
    part,
    origin: originOf(pod, flags.file ?? [], flags),
    output: outputOf(part, flags.output),
    filter: filterOf(flags),
    levels,
  };
}

function checkFilter(name: FilterName, part: ConfigPart): void {
  if (FILTERS[part].includes(name)) return;
  const parts = PARTS.filter((each) => FILTERS[each].includes(name));
  throw new UserError(`--${name}: says nothing of ${part}, only of ${parts.join(', ')}`);
}

/** A bootstrap is JSON unless asked otherwise, as istioctl has it. */
function outputOf(part: ConfigPart, output: string | undefined): ConfigOutput {
  if (output === undefined) return part === 'bootstrap' ? 'json' : 'table';
  if (output !== 'table' && output !== 'json' && output !== 'yaml') {
    throw new UserError(`-o ${output}: give table, json or yaml`);
  }
  return output;
}

function filterOf({ port, ...flags }: ConfigFlags): ConfigFilter {
  const { fqdn, subset, direction, address, type, name, cluster, status } = flags;
  return { fqdn, subset, direction, address, type, name, cluster, status, port: readPort(port) };
}

function readPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port < 1 || port > 65_535) throw new UserError(`--port ${text}: not a port; give 1 to 65535`);
  return port;
}
