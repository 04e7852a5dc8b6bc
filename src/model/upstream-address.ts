/** `10.0.0.1:8080` or `[fd00::1]:8080`, also behind the listener of a tunnel inside the same Envoy. */
const WRITTEN = /^(?:envoy:\/\/[^/]{0,100}\/)?(?:\[([0-9a-fA-F:.]{2,45})\]|([0-9.]{7,15})):\d{1,5}$/;

/** The IP address of an upstream host as Envoy writes it; undefined for names, socket files and what is unset. */
export function upstreamAddress(written: string): string | undefined {
  const [, v6, v4] = WRITTEN.exec(written) ?? [];
  return v6 ?? v4;
}
