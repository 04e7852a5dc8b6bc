import type { TraceProtocol, TraceQuestion } from '../model/envoy-trace-question.ts';
import type { OriginFlags } from './config-dump.ts';
import { UserError } from './io.ts';

/** As commander gives them. */
export interface TraceFlags extends OriginFlags {
  readonly file?: readonly string[];
  readonly method: string;
  readonly header?: readonly string[];
  readonly protocol?: string;
  readonly sni?: string;
  readonly inbound?: boolean;
  readonly output: string;
  readonly color: boolean;
}

/** What a command line asks. @throws UserError for what is no request */
export function readTraceQuestion(target: string, flags: TraceFlags): TraceQuestion {
  const { host, port, path } = readTarget(target);
  const inbound = flags.inbound === true;
  const protocol = protocolOf(flags.protocol, port, inbound);
  return {
    host,
    port,
    path,
    method: readMethod(flags.method),
    headers: readHeaders(flags.header ?? []),
    protocol,
    sni: (flags.sni ?? (protocol === 'tls' ? host : '')).toLowerCase(),
    direction: inbound ? 'inbound' : 'outbound',
  };
}

const TARGET =
  /^(?:(?<scheme>https?):\/\/)?(?:\[(?<v6>[0-9a-fA-F:.]+)\]|(?<host>[\w.*-]+))(?::(?<port>\d+))?(?<path>\/[^\s#]*)?$/;

function readTarget(target: string): { readonly host: string; readonly port: number; readonly path: string } {
  const {
    scheme,
    v6,
    host,
    port = scheme === 'https' ? '443' : scheme === 'http' ? '80' : undefined,
    path,
  } = TARGET.exec(target)?.groups ?? {};
  const name = v6 ?? host;
  const number = Number(port);
  if (name === undefined || port === undefined || name.length > 253) throw notTarget(target);
  if (number < 1 || number > 65_535) throw new UserError(`${target}: port ${port} is none; give 1 to 65535`);
  return { host: name.toLowerCase(), port: number, path: path ?? '/' };
}

function notTarget(target: string): UserError {
  return new UserError(`${target}: not where a request goes; write it as in cart.shop:8080/items`);
}

const PROTOCOLS: readonly TraceProtocol[] = ['http', 'tls', 'tcp', 'mtls'];

/** By default, what clients speak on that port; to an application, what other sidecars speak. */
function protocolOf(given: string | undefined, port: number, inbound: boolean): TraceProtocol {
  if (given === undefined) return inbound ? 'mtls' : port === 443 ? 'tls' : 'http';
  const protocol = PROTOCOLS.find((each) => each === given);
  if (protocol === undefined) throw new UserError(`--protocol ${given}: give ${PROTOCOLS.join(', ')}`);
  return protocol;
}

function readMethod(method: string): string {
  if (!/^[A-Za-z]{1,40}$/.test(method)) throw new UserError(`--method ${method}: not a method; write it as in POST`);
  return method.toUpperCase();
}

/** Several of one name are one, as HTTP has it. */
function readHeaders(given: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (const header of given) {
    const [, name = '', value = ''] = /^([\w!#$%&'*+.^`|~-]+)\s*[:=]\s*(.*)$/.exec(header) ?? [];
    if (name === '') throw new UserError(`--header ${header}: write it as in end-user: jason`);
    const key = name.toLowerCase();
    const before = headers.get(key);
    headers.set(key, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}
