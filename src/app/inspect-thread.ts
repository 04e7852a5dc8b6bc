import { parentPort, workerData } from 'node:worker_threads';
import type { EnvoyConfig } from '../model/envoy-config.ts';
import type { LookFacts, Replicas } from '../model/inspection.ts';
import type { SourceError } from '../model/source-error.ts';
import { inspectDump } from '../rungs/inspect-dump.ts';
import { type DiffExcerpt, diffExcerpt } from '../sinks/report/diff-excerpt.ts';
import { diffJson, istiodDiffReport } from '../sinks/report/diff-report.ts';
import { type AdminAnswer, type EnvoyPod, readAdminAnswers } from '../sources/envoy/admin.ts';
import { EnvoyAnswerError } from '../sources/envoy/envoy-answer-error.ts';
import { readEnvoyAnswer } from '../sources/envoy/read-answer.ts';

/** What the thread is given: answers as they came. */
export interface InspectTask {
  readonly pod: EnvoyPod;
  readonly answers: readonly AdminAnswer[];
  /** What istiod answered, if it was asked. */
  readonly sent: { readonly istiod: string; readonly chunks: readonly Uint8Array[] } | undefined;
  readonly siblings: Replicas;
  readonly limitBytes: number;
  /** Also what differs, word by word, for a person who asks. */
  readonly wantsDiff: boolean;
}

/** What it gives back. A config dump of istiod's that cannot be read costs the comparison with it, and nothing else. */
export type InspectResult =
  | { readonly facts: LookFacts; readonly diff?: DiffExcerpt; readonly istiod?: SourceError }
  | { readonly reason: SourceError };

/*
 * Runs in a thread of its own: to parse and compare a dump of 50 MiB takes seconds without a pause, and some ten times its
 * size in memory, which goes when the thread ends.
 */
parentPort?.postMessage(await inspect(workerData as InspectTask));

async function inspect(task: InspectTask): Promise<InspectResult> {
  const { pod, answers, siblings, limitBytes } = task;
  try {
    const dump = await readAdminAnswers(pod, answers, limitBytes);
    const { sent, problem } = await readSent(task);
    const facts = inspectDump({ dump, siblings, ...(sent !== undefined && { sent }) });
    const diff = task.wantsDiff ? diffOf(sent, dump.config) : undefined;
    return { facts, ...(diff && { diff }), ...(problem !== undefined && { istiod: problem }) };
  } catch (error) {
    if (error instanceof EnvoyAnswerError) return { reason: error.reason };
    throw error;
  }
}

function diffOf(sent: EnvoyConfig | undefined, loaded: EnvoyConfig | undefined): DiffExcerpt | undefined {
  if (sent === undefined || loaded === undefined) return undefined;
  return diffExcerpt(diffJson(istiodDiffReport(sent, loaded, [])));
}

async function readSent({
  sent,
  limitBytes,
}: InspectTask): Promise<{ readonly sent?: EnvoyConfig; readonly problem?: SourceError }> {
  if (sent === undefined) return {};
  const named = (detail: string): SourceError => {
    return { code: 'invalid', detail: `the config dump of istiod ${sent.istiod}: ${detail}` };
  };
  try {
    const { config } = await readEnvoyAnswer(sent.chunks, limitBytes);
    return config === undefined ? { problem: named('it is none') } : { sent: config };
  } catch (error) {
    if (error instanceof EnvoyAnswerError) return { problem: named(error.reason.detail) };
    throw error;
  }
}
