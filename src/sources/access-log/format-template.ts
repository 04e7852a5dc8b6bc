import { type FormatProblem, formatProblem } from './format-problem.ts';

/** One command of a format string, as `%REQ(X?:AUTHORITY):20%`. */
export interface Command {
  readonly kind: 'command';
  /** As written, percent signs included. */
  readonly text: string;
  readonly name: string;
  /** What stands in the brackets; empty without. */
  readonly argument: string;
  /** Its value is cut to so many bytes. */
  readonly cutAt?: number;
  /** Where it stands, for a person: `character 12`, counted from 1. */
  readonly where: string;
}

export interface Literal {
  readonly kind: 'literal';
  readonly text: string;
}

export type TemplatePart = Literal | Command;

/**
 * Envoy's grammar of a command ("Access logging: format strings"). Its argument may hold percent signs, as in START_TIME,
 * and brackets, as in CEL.
 */
const COMMAND = /%([A-Z0-9_]+)(?:\(((?:[^()]|\([^()]*\))*)\))?(?::(\d{1,6}))?%/y;

/**
 * The literals and commands of a format string, in order, no two literals side by side. `key` names the JSON key that
 * holds the string, for messages. One line break at the end belongs to the line and is left out.
 */
export function readTemplate(template: string, key?: string): readonly TemplatePart[] | FormatProblem {
  const body = template.replace(/\r?\n$/, '');
  const place = (at: number): string => `character ${at + 1}${key === undefined ? '' : ` of "${key}"`}`;
  const parts: TemplatePart[] = [];
  let literal = '';
  let at = 0;
  while (at < body.length) {
    const percent = body.indexOf('%', at);
    if (percent < 0) break;
    literal += body.slice(at, percent);
    const command = body[percent + 1] === '%' ? undefined : readCommand(body, percent, place(percent));
    if (command?.kind === 'problem') return command;
    if (command === undefined) {
      literal += '%';
      at = percent + 2;
      continue;
    }
    addLiteral(parts, literal);
    literal = '';
    parts.push(command);
    at = percent + command.text.length;
  }
  addLiteral(parts, literal + body.slice(at));
  return lineBreak(body, place) ?? parts;
}

function readCommand(body: string, percent: number, where: string): Command | FormatProblem {
  COMMAND.lastIndex = percent;
  const [text, name, argument = '', cutAt] = COMMAND.exec(body) ?? [];
  if (text === undefined || name === undefined) {
    return formatProblem(
      'syntax',
      `The % at ${where} begins no operator: write %NAME%, %NAME(ARGUMENT)% or %NAME(ARGUMENT):LENGTH%, and %% for a percent sign.`,
    );
  }
  const command: Command = { kind: 'command', text, name, argument, where };
  return cutAt === undefined ? command : { ...command, cutAt: Number(cutAt) };
}

function addLiteral(parts: TemplatePart[], text: string): void {
  if (text !== '') parts.push({ kind: 'literal', text });
}

function lineBreak(body: string, place: (at: number) => string): FormatProblem | undefined {
  const at = body.search(/[\r\n]/);
  if (at < 0) return undefined;
  return formatProblem(
    'syntax',
    `The line break at ${place(at)} makes several lines of one request. Keep only the one at the very end.`,
  );
}
