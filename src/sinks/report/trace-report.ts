import type { EnvoyDump } from '../../model/envoy-config.ts';
import type { RegexTest, TraceQuestion } from '../../model/envoy-trace-question.ts';
import type { Trace, TraceBranch, TraceEnd, TraceStep, TraceVerdict } from '../../rungs/config-trace/trace.ts';
import { traceRequest } from '../../rungs/config-trace/trace-request.ts';

/** A question, and the way that its request takes. */
export interface TraceReport extends Trace {
  readonly question: TraceQuestion;
}

export function traceReport(dump: EnvoyDump, question: TraceQuestion, regex: RegexTest): TraceReport {
  return { question, ...traceRequest(dump, question, regex) };
}

/** `meshladder trace -o json`. */
export interface TraceDocument {
  readonly verdict: TraceVerdict;
  readonly request: {
    readonly direction: string;
    readonly protocol: string;
    readonly method: string;
    readonly host: string;
    readonly port: number;
    readonly path: string;
  };
  /** What every request passes. */
  readonly steps: readonly TraceStep[];
  /** Then each share of them; one of share 1 where they all go the same way. */
  readonly branches: readonly (Omit<TraceBranch, 'end'> & { readonly end: EndDocument })[];
}

type EndDocument = Omit<Required<TraceEnd>, 'flag' | 'next'> & {
  readonly flag: string | null;
  readonly next: string | null;
};

export function traceJson({ verdict, question, steps, branches }: TraceReport): TraceDocument {
  const { direction, protocol, method, host, port, path } = question;
  return {
    verdict,
    request: { direction, protocol, method, host, port, path },
    steps,
    branches: branches.map(({ end: { flag = null, next = null, ...end }, ...branch }) => ({
      ...branch,
      end: { ...end, flag, next },
    })),
  };
}
