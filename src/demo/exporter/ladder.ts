/** What a rung said: its verdict, and all of its words. */
export interface RungSaid {
  readonly verdict: string;
  readonly text: string;
}

/** What `/api/v1/ladder` said of the mesh, and of the pod that was asked about. */
export interface Ladder {
  /** What a rung says of a namespace; undefined where it is not on the report. */
  rung(namespace: string, id: string): RungSaid | undefined;
  /** What it says of the pod. */
  rungOfPod(id: string): RungSaid | undefined;
}

/** The pod that `meshladder check` is to be asked about. */
export interface PodAsked {
  readonly namespace: string;
  readonly name: string;
}

interface Rung {
  readonly id: string;
  readonly verdict: string;
  readonly summary: string;
  readonly evidence: readonly string[];
  readonly next: string | null;
}

interface Report {
  readonly rungs?: readonly Rung[];
  readonly namespaces?: readonly { readonly namespace: string; readonly rungs: readonly Rung[] }[] | null;
}

/**
 * @param ofMesh the answer without a question, @param ofPod that to the question about a pod
 * @throws SyntaxError where either is not JSON
 */
export function parseLadder(ofMesh: string, ofPod: string): Ladder {
  const { namespaces } = JSON.parse(ofMesh) as Report;
  const { rungs: podRungs } = JSON.parse(ofPod) as Report;
  return {
    rung(namespace, id) {
      return saidBy(namespaces?.find((each) => each.namespace === namespace)?.rungs, id);
    },
    rungOfPod: (id) => saidBy(podRungs, id),
  };
}

function saidBy(rungs: readonly Rung[] | undefined, wanted: string): RungSaid | undefined {
  const rung = rungs?.find(({ id }) => id === wanted);
  if (rung === undefined) return undefined;
  const { verdict, summary, evidence, next } = rung;
  return { verdict, text: [summary, ...evidence, next ?? ''].join(' ') };
}
