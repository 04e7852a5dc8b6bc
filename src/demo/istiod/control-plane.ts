import { goTime, newNonce, type PushVersion } from './xds-nonce.ts';

/** The types that istiod sends to sidecars and gateways of this mesh. */
export const SENT_TYPES = ['cds', 'lds', 'eds', 'rds'] as const;
export type SentType = (typeof SENT_TYPES)[number];

/** A proxy as istiod knows it. */
export interface MeshProxy {
  /** `pod.namespace`. */
  readonly id: string;
  readonly type: 'sidecar' | 'router';
  readonly address: string;
  readonly version: string;
  /** Its words for messages of a type that it does not accept. */
  readonly rejects?: Readonly<Partial<Record<SentType, string>>>;
}

/** One type on one connection. */
export interface TypeState {
  readonly sent: string;
  /** A Go time. */
  readonly sentTime: string;
  /** Absent: never acknowledged. */
  readonly acked?: string;
  readonly lastError?: string;
}

/** One connection of a proxy, on one istiod. */
export interface Connection {
  readonly proxy: MeshProxy;
  readonly istiod: string;
  /** Counts the connections of that istiod. */
  readonly number: number;
  readonly connectedAtMs: number;
  readonly port: number;
  readonly types: ReadonlyMap<SentType, TypeState>;
}

/** What the istiods of the mesh know of each other's proxies, together. */
export interface ControlPlaneModel {
  /** The proxy connects, and is sent everything; an older connection of it ends. */
  connect(proxy: MeshProxy, istiod: string): void;
  disconnect(proxyId: string): void;
  /**
   * Whether istiod hears the proxy's replies. What it does not hear it cannot tell apart: a push that never came and one
   * whose acknowledgement was lost look the same.
   */
  setHeard(proxyId: string, heard: boolean): void;
  /** Sends messages of these types to the proxies chosen (default: all). */
  push(types: readonly SentType[], chosen?: (proxy: MeshProxy) => boolean): PushVersion;
  /** Everything sent and delivered so far is acknowledged at last. */
  acknowledge(proxyId: string): void;
  connection(proxyId: string): Connection | undefined;
  /** Those of one istiod, by proxy. */
  connections(istiod: string): readonly Connection[];
  /** The last push. */
  version(): PushVersion;
  /** Somebody runs istioctl, whose own connection is listed as if it were a proxy, for half a minute. */
  visit(istiod: string): void;
  /** Connections of istioctl that are still listed. */
  visits(istiod: string): number;
}

const VISIT_MS = 30_000;

/** Messages that reached a proxy, which it answered. */
export interface Delivery {
  readonly proxy: MeshProxy;
  readonly types: readonly SentType[];
  readonly push: PushVersion;
}

export interface ControlPlaneOptions {
  readonly now?: () => number;
  /** Told of what reaches a proxy, when istiod hears of it. */
  readonly delivered?: (delivery: Delivery) => void;
}

interface Slot {
  connection: Connection;
  heard: boolean;
}

export function createControlPlane({
  now = Date.now,
  delivered = () => undefined,
}: ControlPlaneOptions = {}): ControlPlaneModel {
  const slots = new Map<string, Slot>();
  const numbers = new Map<string, number>();
  const visits: { readonly istiod: string; readonly untilMs: number }[] = [];
  let version: PushVersion = { atMs: now(), number: 1 };

  const send = (slot: Slot, types: readonly SentType[], push: PushVersion): void => {
    slot.connection = sent(slot, types, push, now());
    if (slot.heard) delivered({ proxy: slot.connection.proxy, types, push });
  };
  return {
    connect(proxy, istiod) {
      const number = (numbers.get(istiod) ?? 0) + 1;
      numbers.set(istiod, number);
      const port = 32_768 + ((number * 7919 + proxy.id.length * 131) % 28_000);
      const connection: Connection = { proxy, istiod, number, connectedAtMs: now(), port, types: new Map() };
      const slot: Slot = { connection, heard: true };
      slots.set(proxy.id, slot);
      send(slot, SENT_TYPES, version);
    },
    disconnect: (proxyId) => void slots.delete(proxyId),
    setHeard(proxyId, heard) {
      const slot = slots.get(proxyId);
      if (slot !== undefined) slot.heard = heard;
    },
    push(types, chosen = () => true) {
      version = { atMs: now(), number: version.number + 1 };
      for (const slot of slots.values()) if (chosen(slot.connection.proxy)) send(slot, types, version);
      return version;
    },
    acknowledge(proxyId) {
      const slot = slots.get(proxyId);
      if (slot === undefined) return;
      slot.connection = acknowledged(slot.connection);
      delivered({ proxy: slot.connection.proxy, types: SENT_TYPES, push: version });
    },
    connection: (proxyId) => slots.get(proxyId)?.connection,
    connections: (istiod) =>
      [...slots.values()]
        .map(({ connection }) => connection)
        .filter((connection) => connection.istiod === istiod)
        .sort((one, other) => (one.proxy.id < other.proxy.id ? -1 : 1)),
    version: () => version,
    visit: (istiod) => void visits.push({ istiod, untilMs: now() + VISIT_MS }),
    visits: (istiod) => visits.filter((visit) => visit.istiod === istiod && visit.untilMs > now()).length,
  };
}

function sent({ connection, heard }: Slot, types: readonly SentType[], push: PushVersion, atMs: number): Connection {
  const next = new Map(connection.types);
  for (const type of types) {
    const state = { sent: newNonce(push), sentTime: goTime(atMs) };
    next.set(type, {
      ...state,
      ...(heard ? replyTo(state.sent, connection, type) : before(connection.types.get(type))),
    });
  }
  return { ...connection, types: next };
}

function replyTo(nonce: string, { proxy, types, connectedAtMs }: Connection, type: SentType): Partial<TypeState> {
  const rejection = proxy.rejects?.[type];
  if (rejection === undefined) return { acked: nonce };
  // It took an earlier message, before the one that it cannot take.
  const acked = types.get(type)?.acked ?? newNonce({ atMs: connectedAtMs - 3_600_000, number: 1 });
  return { acked, lastError: rejection };
}

/** Nothing is heard: what the proxy said last stands. */
function before({ acked, lastError }: Partial<TypeState> = {}): Partial<TypeState> {
  return { ...(acked !== undefined && { acked }), ...(lastError !== undefined && { lastError }) };
}

function acknowledged(connection: Connection): Connection {
  const types = [...connection.types].map(([type, state]): [SentType, TypeState] =>
    state.lastError === undefined ? [type, { ...state, acked: state.sent }] : [type, state],
  );
  return { ...connection, types: new Map(types) };
}
