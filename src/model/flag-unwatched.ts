/** A flag that has no alert of its own: how to look at it, and why so. */
export interface UnwatchedFlag {
  readonly flag: string;
  /**
   * `any`: a single one in an hour is news; `share`: worth a look where its share of requests grows; `none`: it says that
   * something works as it was told to.
   */
  readonly look: 'any' | 'share' | 'none';
  readonly why: string;
  /** Who can mend it. */
  readonly who: string;
}

/** Every flag of Envoy that `FLAG_WATCHES` does not have, those worth most first. */
export const UNWATCHED_FLAGS: readonly UnwatchedFlag[] = [
  {
    flag: 'OM',
    look: 'any',
    why: 'The proxy itself runs out of memory or connections, and turns away requests to every destination alike.',
    who: "owner of the workload: its proxy's limits, its connections",
  },
  {
    flag: 'NFCF',
    look: 'any',
    why: 'A filter never got its configuration; every request through it fails until it does. Rung 2 shows ECDS.',
    who: 'owner of the WasmPlugin or EnvoyFilter',
  },
  {
    flag: 'RLSE',
    look: 'any',
    why: 'Requests are denied though nobody exceeded anything: the rate limit service cannot be asked.',
    who: 'owner of the rate limit service',
  },
  {
    flag: 'DF',
    look: 'any',
    why: 'A name cannot be resolved; it is mostly spelled wrong, and then no request ever succeeds.',
    who: 'owner of the ServiceEntry; of cluster DNS where many names fail at once',
  },
  {
    flag: 'UDO',
    look: 'any',
    why: 'istiod never asks for it: something else drops every request of a cluster.',
    who: 'owner of the EnvoyFilter, or of the control plane beside istiod',
  },
  {
    flag: 'DO',
    look: 'any',
    why: 'istiod never asks for it: something else drops a part of the requests of a cluster.',
    who: 'owner of the EnvoyFilter, or of the control plane beside istiod',
  },
  {
    flag: 'LH',
    look: 'any',
    why: 'Istio sets no such health check; a proxy that was told to fail is still asked.',
    who: 'owner of the EnvoyFilter',
  },
  {
    flag: 'DPE',
    look: 'share',
    why: 'At a gateway scanners make it all day. Behind a sidecar it is a port whose name says another protocol, or headers that are too large. It has no cluster: look at it by workload.',
    who: 'owner of the client; of the Service, where its port is named wrongly',
  },
  {
    flag: 'UPE',
    look: 'share',
    why: 'A server that does not speak what its port says fails always, and then shows in its 502 as well.',
    who: 'owner of the server, and of the name of its port',
  },
  {
    flag: 'UR',
    look: 'share',
    why: 'gRPC servers reset single streams when they drain or when a deadline has passed; only growth is news.',
    who: 'owner of the server',
  },
  {
    flag: 'UMSDR',
    look: 'share',
    why: 'A limit that somebody set is reached; long streams reach it always.',
    who: 'owner of the route, or the client whose deadline it is',
  },
  {
    flag: 'SI',
    look: 'share',
    why: 'Istio switches this timeout off; where it was switched on, silent streams reach it.',
    who: 'owner of the EnvoyFilter or route; of the client without keep-alive',
  },
  {
    flag: 'DR',
    look: 'share',
    why: 'As DC: clients cancel for reasons of their own; that more do points to slow answers.',
    who: 'owner of the destination: callers do not wait for it',
  },
  {
    flag: 'LR',
    look: 'share',
    why: 'Proxies that drain reset what is left; outside of roll-outs it should not grow.',
    who: 'owner of the workload whose proxy writes it',
  },
  {
    flag: 'IH',
    look: 'share',
    why: 'A client sends x-envoy headers that make no sense; it alone is hurt.',
    who: 'owner of the client',
  },
  { flag: 'FI', look: 'none', why: 'Fault injection aborts what it was told to.', who: 'whoever runs the experiment' },
  { flag: 'DI', look: 'none', why: 'Fault injection delays what it was told to.', who: 'whoever runs the experiment' },
  {
    flag: 'DT',
    look: 'none',
    why: 'A connection reached the longest duration that was set for it.',
    who: 'owner of the DestinationRule',
  },
  { flag: 'RFCF', look: 'none', why: 'The cache answered, as it was told to.', who: 'owner of the EnvoyFilter' },
];
