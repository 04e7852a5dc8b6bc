/** What `/api/v1/ladder` said of the mesh. */
export interface Ladder {
  /** What a rung says of a namespace; undefined where it is not on the report. */
  rung(namespace: string, id: string): { readonly verdict: string; readonly text: string } | undefined;
}

interface Rung {
  readonly id: string;
  readonly verdict: string;
  readonly summary: string;
  readonly evidence: readonly string[];
  readonly next: string | null;
}

/** @throws SyntaxError where it is not JSON */
export function parseLadder(text: string): Ladder {
  const { namespaces = [] } = JSON.parse(text) as {
    namespaces?: readonly { readonly namespace: string; readonly rungs: readonly Rung[] }[];
  };
  return {
    rung(namespace, id) {
      const rungs = namespaces.find((each) => each.namespace === namespace)?.rungs;
      const rung = rungs?.find((each) => each.id === id);
      if (rung === undefined) return undefined;
      const { verdict, summary, evidence, next } = rung;
      return { verdict, text: [summary, ...evidence, next ?? ''].join(' ') };
    },
  };
}
