/** The exporter did not start, ended by itself or fell silent; the message says why in its own words. */
export class ExporterLost extends Error {
  override readonly name = 'ExporterLost';
  /** With which it ended: 2 where it was asked for what cannot be. */
  readonly exitCode: number | undefined;

  constructor(message: string, { exitCode, cause }: { exitCode?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause });
    this.exitCode = exitCode;
  }
}
