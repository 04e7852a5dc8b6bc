import type { LineFormat } from './classify.ts';
import { createReferenceScanner } from './reference-scanner.ts';
import type { LogScanner, Tally } from './scanner.ts';

/**
 * The fastest scanner that counts this format right: the compiled one for Istio's defaults, the reference for custom
 * formats and where WebAssembly SIMD is not to be had.
 */
export async function openScanner(options: {
  readonly format: LineFormat;
  readonly tally: Tally;
  /** The tally is told the upstream host too: more keys, and so somewhat slower. */
  readonly withUpstreamHosts?: boolean;
}): Promise<LogScanner> {
  const { format, tally, withUpstreamHosts = false } = options;
  if (typeof format === 'function') return createReferenceScanner({ format, tally, withUpstreamHosts });
  const { createWasmScanner } = await import('./scanner/wasm-scanner.ts');
  try {
    return createWasmScanner({ format, tally, withUpstreamHosts });
  } catch (error) {
    if (error instanceof Error && error.name === 'CompileError') {
      return createReferenceScanner({ format, tally, withUpstreamHosts });
    }
    throw error;
  }
}
