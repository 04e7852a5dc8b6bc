import { type Command, Option } from 'commander';
import type { IstiodAnswer } from '../model/control-plane.ts';
import type { SourceError } from '../model/source-error.ts';
import type { AccessWish } from '../sources/istiod/open-ways.ts';
import { UserError } from './io.ts';

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

/** Where istiods are found, or what is read in their place. */
export type AccessOrigin = 'kubernetes' | 'urls' | 'server' | 'files';

/**
 * What is given in vain is a mistake of who gives it.
 * @param origin `kubernetes` also where a cluster is read beside istiods at URLs
 * @throws UserError for what makes no sense together, or says nothing there
 */
export function checkAccess(flags: AccessFlags, origin: AccessOrigin): void {
  const { access, caFile, tokenFile, requestToken } = flags;
  if (origin === 'server' || origin === 'files') {
    const [vain] = givenOf(flags);
    if (vain !== undefined) throw new UserError(`${vain} ${IN_VAIN[origin]}`);
  }
  if (tokenFile !== undefined && requestToken !== undefined) {
    throw new UserError('--token-file and --request-token: give one of them');
  }
  if (origin !== 'urls') return;
  if (requestToken !== undefined) {
    throw new UserError('--request-token with --url: there is no cluster to make a token; give --token-file');
  }
  if (access === 'xds' && caFile === undefined) {
    throw new UserError("--access xds with --url: give --ca-file too, a file of the mesh's root certificate");
  }
}

const IN_VAIN: Readonly<Record<'server' | 'files', string>> = {
  server: 'with --server: an exporter asks istiods in the way that it is configured; leave it out',
  files: 'with saved answers: no istiod is asked; leave it out',
};

function givenOf({ access, caFile, tokenFile, requestToken }: AccessFlags): readonly string[] {
  return [
    ...(access === 'auto' ? [] : [`--access ${access}`]),
    ...(caFile === undefined ? [] : ['--ca-file']),
    ...(tokenFile === undefined ? [] : ['--token-file']),
    ...(requestToken === undefined ? [] : ['--request-token']),
  ];
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
