import { podWord } from '../wording.ts';

type Named = Parameters<typeof podWord>[0];

/** A command that asks whether policies let one pod's request into another. @param port of the server's container; default: any */
export function authzCommand(server: Named, caller: Named, port?: number): string {
  return `meshladder authz ${podWord(server)} --from ${podWord(caller)}${port === undefined ? '' : ` --port ${port}`}`;
}
