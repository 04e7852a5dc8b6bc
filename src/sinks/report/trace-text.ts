import type { TraceBranch, TraceEnd, TraceStep, TraceVerdict } from '../../rungs/config-trace/trace.ts';
import { exactPercent } from '../../rungs/wording.ts';
import { type Colour, oneLine, paint } from './text-table.ts';
import type { TraceReport } from './trace-report.ts';

const MAX_WORDS = 400;
const KIND_WIDTH = 'filter chain'.length;

const COLOURS: Readonly<Record<TraceVerdict, Colour>> = {
  reaches: 'green',
  answers: 'green',
  leaves: 'yellow',
  breaks: 'red',
  unknown: 'magenta',
};

/** The way of a request from top to bottom, a line a stop; how each share of it ends, and what to do next. */
export function traceText({ question, steps, branches }: TraceReport, coloured: boolean): string {
  return [
    `${oneLine(requestOf(question), MAX_WORDS)}\n`,
    ...steps.map((step) => stepText(step, '  ')),
    ...branches.map((branch) => branchText(branch, branches.length > 1, coloured)),
  ].join('');
}

/** What is inside TLS shows only where it ends here. */
function requestOf({ host, port, method, path, protocol, sni, direction }: TraceReport['question']): string {
  const to = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const inbound = direction === 'inbound' ? ', inbound' : '';
  if (protocol === 'tcp') return `TCP ${to}${inbound}`;
  if (protocol === 'tls') return `TLS ${to}${sni === host ? '' : `, server name ${sni}`}${inbound}, ${method} ${path}`;
  return `${method} ${to}${path}${inbound}`;
}

function branchText({ share, steps, end }: TraceBranch, split: boolean, coloured: boolean): string {
  const head = split ? `  ${exactPercent(share)} of the requests\n` : '';
  const indent = split ? '    ' : '  ';
  return head + steps.map((step) => stepText(step, indent)).join('') + endText(end, indent, coloured);
}

function stepText({ kind, name, facts }: TraceStep, indent: string): string {
  const label = indent + kind.padEnd(KIND_WIDTH + 2);
  const named = oneLine(name, MAX_WORDS) || '(no name)';
  const told = facts.length === 0 ? '' : `${' '.repeat(label.length)}${oneLine(facts.join(', '), MAX_WORDS)}\n`;
  return `${label}${named}\n${told}`;
}

function endText({ verdict, summary, flag, next }: TraceEnd, indent: string, coloured: boolean): string {
  const logged = flag === undefined ? '' : ` The proxy logs ${flag}.`;
  const text = `${verdict.toUpperCase()}: ${oneLine(summary, 1_000)}${logged}`;
  const command = next === undefined ? '' : `${indent}  next: ${next}\n`;
  return `${indent}${paint({ text, colour: COLOURS[verdict] }, coloured)}\n${command}`;
}
