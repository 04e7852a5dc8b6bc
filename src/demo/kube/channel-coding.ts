/** How bytes of a channel are put into frames of a WebSocket. */
export interface ChannelCoding {
  encode(channel: number, payload: Uint8Array): Buffer | string;
  /** Undefined for a frame that is none of this coding. */
  decode(frame: Buffer, isBinary: boolean): { readonly channel: number; readonly payload: Buffer } | undefined;
}

/** Codings by the name of their protocol, the one that is chosen first in front. */
const CODINGS: ReadonlyMap<string, ChannelCoding> = new Map([
  [
    'v4.channel.k8s.io',
    {
      encode: (channel, payload) => Buffer.concat([Buffer.from([channel]), payload]),
      decode: (frame, isBinary) =>
        isBinary && frame.length > 0 ? { channel: frame.readUInt8(0), payload: frame.subarray(1) } : undefined,
    },
  ],
  [
    'v4.base64.channel.k8s.io',
    {
      // The channel is a digit.
      encode: (channel, payload) => `${channel}${Buffer.from(payload).toString('base64')}`,
      decode(frame, isBinary) {
        const text = isBinary ? '' : frame.toString('latin1');
        const channel = /^\d/.test(text) ? Number(text[0]) : undefined;
        return channel === undefined ? undefined : { channel, payload: Buffer.from(text.slice(1), 'base64') };
      },
    },
  ],
]);

export const PROTOCOLS: readonly string[] = [...CODINGS.keys()];

/** The coding of a protocol; of none, as some clients ask for it, the binary one. */
export function codingOf(protocol: string): ChannelCoding {
  const coding = CODINGS.get(protocol) ?? CODINGS.get(PROTOCOLS[0] ?? '');
  if (coding === undefined) throw new Error('there is no coding');
  return coding;
}
