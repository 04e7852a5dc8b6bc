import { type Command, Option } from 'commander';
import type { IstiodAnswer } from '../model/control-plane.ts';
import type { SourceError } from '../model/source-error.ts';
import type { AccessWish } from '../sources/istiod/open-ways.ts';

/** As commander gives them. */
export interface AccessFlags {
  readonly access: AccessWish;
  readonly caFile?: string;
  readonly tokenFile?: string;
  readonly requestToken?: string;
}

/** How istiods are asked, and by what they know who asks. */
export interface IstiodAccessOptions {
  readonly wish: AccessWish;
  /** PEM of the authority of the mesh; undefined: that of the ConfigMap in istiod's namespace. */
  readonly caFile: string | undefined;
  readonly tokenFile: string | undefined;
  /** The service account, of istiod's namespace, for which the API server is to make a token. */
  readonly requestToken: string | undefined;
}

/** The options of every command that asks istiods, beside `--token-file`. */
export function declareAccessOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--access <way>', 'http: the debug port; xds: port 15012; auto: xds where the debug port is closed')
        .choices(['auto', 'http', 'xds'])
        .default('auto'),
    )
    .option('--ca-file <file>', "for xds: the mesh's root certificate (default: the ConfigMap istio-ca-root-cert)")
    .option('--request-token <account>', "for xds: have a token made for this service account of istiod's namespace");
}

export function readAccess({ access: wish, caFile, tokenFile, requestToken }: AccessFlags): IstiodAccessOptions {
  return { wish, caFile, tokenFile, requestToken };
}

/** For the help of these commands. */
export const ACCESS_HELP = `Where the debug port is switched off or denied, istiods are asked over xDS, port
15012. That takes a token: --token-file or, as istioctl does it, --request-token
default, with the right create on serviceaccounts/token; and the right get on the
ConfigMap istio-ca-root-cert, or --ca-file.`;

/** What to do where istiods ask for a token over xDS. */
export const WITHOUT_TOKEN =
  'give one with --token-file (audience istio-ca), or have one made with --request-token default';

/** Which istiods were asked over xDS though it was not asked for, and why: once, however many. */
export function accessNotes(istiods: readonly Pick<IstiodAnswer, 'istiod' | 'httpError'>[]): readonly string[] {
  const asked = istiods.flatMap(({ istiod, httpError }) =>
    httpError === undefined ? [] : [{ name: istiod.name, httpError }],
  );
  const [first] = asked;
  return first === undefined ? [] : [accessNote(asked.map(({ name }) => name).join(', '), first.httpError)];
}

/** The same of one. */
export function accessNote(names: string, httpError: SourceError): string {
  return `asked over xDS, not over HTTP: ${names} (${httpError.detail})`;
}
