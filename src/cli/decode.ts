import type { Command } from 'commander';
import { nearest } from '../config/problem.ts';
import { detailMeaning } from '../model/response-detail.ts';
import { findResponseFlag, RESPONSE_FLAGS } from '../model/response-flag.ts';
import { type DecodedRequest, decoded, decodedJson } from '../sinks/report/decoded.ts';
import { decodedText } from '../sinks/report/decoded-text.ts';
import { type DecodedLine, decodeLine } from '../sources/access-log/decode-line.ts';
import { readInput, refuseFiles } from './decode-input.ts';
import { type Io, UserError } from './io.ts';
import { readLogFormat } from './log-format.ts';

interface DecodeFlags {
  readonly output: string;
  readonly format: string;
}

const MAX_WIDTH = 100;
const NAMES: readonly string[] = RESPONSE_FLAGS.flatMap(({ name, longName }) => [name, longName]);

/** `meshladder decode`: what response flags mean, alone or in a line of a log. */
export function configure(command: Command, io: Io, exit: (code: number) => void): void {
  command
    .argument('[flags or line...]', 'flags as UF,URX or by their long names; a line in quotes; - or none is stdin')
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--format <format>', 'of lines: auto, text, json, or an accessLogFormat', 'auto')
    .addHelpText('after', AFTER_HELP)
    .action(async (given: readonly string[], { output, format }: DecodeFlags) => {
      if (output !== 'text' && output !== 'json') throw new UserError(`-o ${output}: give text or json`);
      const lineFormat = await readLogFormat(format);
      await refuseFiles(given, isKnown);
      const { words, lines } = await readInput(given, io);
      const input = { words, lines: lines.map((line) => decodeLine(line, lineFormat)) };
      write(input, output === 'json', io);
      exit(exitCode(input));
    });
}

const AFTER_HELP = `
  meshladder decode UF,URX
  meshladder decode upstreamconnectionfailure
  kubectl logs deploy/cart -c istio-proxy | tail -1 | meshladder decode

Of a line it says what configuration wrote, and nothing that a client chose: no
path, host, address or id. Words of response_code_details are explained, too.

Exit code 0: all is explained; 1: there is no such flag; 2: a line cannot be
read, or wrong use.`;

interface Input {
  readonly words: readonly string[];
  readonly lines: readonly DecodedLine[];
}

type RequestLine = Extract<DecodedLine, { kind: 'access' | 'proxy_log' }>;

const PROBLEMS: Readonly<Record<Exclude<DecodedLine['kind'], RequestLine['kind']>, string>> = {
  partial: 'a line that its container runtime cut: give the pieces that follow it, joined',
  unparsed:
    'a line of no format of Istio, or of another than --format says: put it whole and in single quotes, or pipe it in',
  other: 'a line that is neither an access line nor one of the log of the proxy',
};

function write({ words, lines }: Input, json: boolean, { stdout, stderr }: Io): void {
  const unknown = [...new Set(words.filter((word) => !isKnown(word)))];
  const about = decoded(lines.filter(isDecoded).map(requestOf), words);
  if (json) stdout.write(`${JSON.stringify(decodedJson(about, unknown), undefined, 2)}\n`);
  else stdout.write(decodedText(about, Math.min(stdout.columns ?? MAX_WIDTH, MAX_WIDTH)));
  for (const word of unknown) stderr.write(`meshladder: ${word}: no response flag of Envoy${meant(word)}\n`);
  for (const line of lines) if (!isDecoded(line)) stderr.write(`meshladder: ${PROBLEMS[line.kind]}\n`);
}

function meant(word: string): string {
  const near = nearest(word, NAMES);
  return near === undefined ? '' : `; did you mean ${near}?`;
}

function exitCode({ words, lines }: Input): number {
  if (!lines.every(isDecoded)) return 2;
  return words.every(isKnown) ? 0 : 1;
}

function isDecoded(line: DecodedLine): line is RequestLine {
  return line.kind === 'access' || line.kind === 'proxy_log';
}

function requestOf(line: RequestLine): DecodedRequest {
  return line.kind === 'access' ? line : { kind: 'proxy_log', ...line.line };
}

function isKnown(word: string): boolean {
  return findResponseFlag(word) !== undefined || detailMeaning(word) !== undefined;
}
