import type { EpochSeconds } from '../../model/brand.ts';
import type { LadderEntry } from '../../rungs/examine-ladder.ts';
import type { MeshReport, NamespaceReport } from '../../rungs/examine-mesh.ts';
import type { Finding } from '../../rungs/rung.ts';

/** One rung's answer. */
export interface RungDocument {
  readonly id: string;
  readonly number: number;
  readonly question: string;
  readonly verdict: Finding['verdict'];
  /** One sentence. */
  readonly summary: string;
  readonly evidence: readonly string[];
  /** A command to copy. */
  readonly next: string | null;
  /** What would tell it is switched off by choice: it counts in no verdict over several rungs. */
  readonly off?: boolean;
}

export interface NamespaceDocument {
  readonly namespace: string;
  readonly verdict: Finding['verdict'];
  /** The story in one line; empty where there is none. */
  readonly headline: string;
  readonly rungs: readonly RungDocument[];
}

/** Whom a ladder is climbed for. */
export interface AboutDocument {
  readonly namespace: string;
  /** Null for all of the namespace. */
  readonly pod: string | null;
  /** Not the pod was asked for but what runs it: it is the worst of so many. */
  readonly of?: { readonly workload: string; readonly pods: number };
}

/** `/api/v1/ladder` and `meshladder check -o json` (docs/api.md). */
export interface LadderDocument {
  /** What all of it is true of; RFC 3339. */
  readonly at: string;
  /** Null for the whole mesh. */
  readonly about: AboutDocument | null;
  /** The worst of all rungs. */
  readonly verdict: Finding['verdict'];
  /** Of the pod or the namespace; null for the whole mesh, whose namespaces have theirs. */
  readonly headline: string | null;
  /** Lowest first. */
  readonly rungs: readonly RungDocument[];
  /** Worst first; null but for the whole mesh. */
  readonly namespaces: readonly NamespaceDocument[] | null;
}

/** The climb for a pod or a namespace. */
export interface PartReport {
  readonly about: AboutDocument;
  readonly verdict: Finding['verdict'];
  readonly headline: string;
  readonly rungs: readonly LadderEntry[];
}

export function meshLadderJson({ verdict, rungs, namespaces }: MeshReport, at: EpochSeconds): LadderDocument {
  return {
    at: time(at),
    about: null,
    verdict,
    headline: null,
    rungs: rungs.map(rungDocument),
    namespaces: namespaces.map(namespaceDocument),
  };
}

export function partLadderJson({ about, verdict, headline, rungs }: PartReport, at: EpochSeconds): LadderDocument {
  return { at: time(at), about, verdict, headline, rungs: rungs.map(rungDocument), namespaces: null };
}

function namespaceDocument({ namespace, verdict, headline, rungs }: NamespaceReport): NamespaceDocument {
  return { namespace, verdict, headline, rungs: rungs.map(rungDocument) };
}

function rungDocument({ id, number, question, verdict, summary, evidence, next, off }: LadderEntry): RungDocument {
  return { id, number, question, verdict, summary, evidence, next: next ?? null, ...(off && { off }) };
}

function time(at: EpochSeconds): string {
  return new Date(Math.round(at * 1000)).toISOString();
}
