/** A configuration of ours or a kubeconfig that cannot work. The message names the file and the remedy, never a secret. */
export class KubeConfigError extends Error {
  override readonly name = 'KubeConfigError';
}
