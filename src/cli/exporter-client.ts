import type { Command } from 'commander';
import { HTTP_CONFIG_VARIABLE, type HttpClientConfig } from '../model/http-client-config.ts';
import { type Io, UserError } from './io.ts';

/** As commander gives them. */
export interface ExporterFlags {
  readonly server?: string;
  readonly 'http.config.file'?: string;
}

const FLAG = '--http.config.file';

/** For every command that asks a running exporter, beside `--server`. */
export function declareHttpConfig(command: Command): Command {
  return command.option(
    `${FLAG} <file>`,
    `how to log in there, and its CA, as Prometheus has it (default: $${HTTP_CONFIG_VARIABLE})`,
  );
}

/**
 * The file by which an exporter is asked. The variable is of the shell, and says nothing where no exporter is asked.
 * @throws UserError for the flag without `--server`
 */
export function httpConfigFile(flags: ExporterFlags, { env }: Pick<Io, 'env'>): { readonly httpConfigFile?: string } {
  const given = flags['http.config.file'];
  if (flags.server === undefined) {
    if (given !== undefined) throw new UserError(`${FLAG}: only with --server; nothing else is asked by it`);
    return {};
  }
  const file = given ?? env[HTTP_CONFIG_VARIABLE];
  return file ? { httpConfigFile: file } : {};
}

/** What that file says. @throws UserError with everything that is wrong with it, a line each */
export async function readExporterClient(file: string | undefined): Promise<{ readonly client?: HttpClientConfig }> {
  if (file === undefined) return {};
  const [{ loadHttpClientConfig }, { problemText }] = await Promise.all([
    import('../config/http-client-config.ts'),
    import('../config/problem.ts'),
  ]);
  const loaded = await loadHttpClientConfig(file);
  if (loaded.ok) return { client: loaded.config };
  const lines = loaded.problems.map((problem) => `  ${problemText(problem)}`);
  throw new UserError(`the file of ${FLAG} cannot be taken:\n${lines.join('\n')}`);
}
