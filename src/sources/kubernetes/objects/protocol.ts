/** TCP is what Kubernetes takes a missing protocol for. */
export function protocolOf(value: unknown): 'TCP' | 'UDP' | 'SCTP' {
  return value === 'UDP' || value === 'SCTP' ? value : 'TCP';
}
