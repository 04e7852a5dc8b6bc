/** The exporter cannot start as it is asked to; the message names the thing and the remedy. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
