/** Places that clients take and give back, so that none takes them all. */
export interface ClientShares {
  /** @returns what gives the place back; undefined: there is none for this client now */
  take(client: string): (() => void) | undefined;
}

export interface Shares {
  readonly ofAll?: number;
  readonly ofOne: number;
}

export function createClientShares({ ofAll = Number.POSITIVE_INFINITY, ofOne }: Shares): ClientShares {
  const held = new Map<string, number>();
  let all = 0;
  const giveBack = (client: string): void => {
    all -= 1;
    const left = (held.get(client) ?? 1) - 1;
    if (left === 0) held.delete(client);
    else held.set(client, left);
  };
  return {
    take: (client) => {
      const before = held.get(client) ?? 0;
      if (all >= ofAll || before >= ofOne) return undefined;
      all += 1;
      held.set(client, before + 1);
      return () => giveBack(client);
    },
  };
}
