/** The process as commands see it; only `main.ts` touches the real one. */
export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: NodeJS.WritableStream & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: NodeJS.WritableStream & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As `24.1.0`, for `meshladder_build_info`. */
  readonly nodeVersion?: string;
  /** Aborts on the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  /** From now on a terminal that is closed stops us as SIGTERM does: for who has something to put right first. */
  readonly stopOnHangup?: () => void;
  /** How this program was started, for the one command that starts it a second time. */
  readonly self?: SelfProcess;
}

/** The running process, as far as `demo` needs it. */
export interface SelfProcess {
  /** Node itself. */
  readonly execPath: string;
  /** Our own entry file. */
  readonly script: string;
  /** Calls back when the process ends, whatever ends it but SIGKILL; what is called cannot wait for anything. */
  readonly onExit: (last: () => void) => void;
}

/** A mistake of the caller's: told in one line with its remedy, without a stack. Exit code 2 unless said otherwise. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly exitCode: number;

  constructor(message: string, options: { exitCode?: number; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.exitCode = options.exitCode ?? 2;
  }
}
