import { type DebugTokens, type IstiodServer, type IstiodServerOptions, startIstiodServer } from '../istiod/server.ts';
import type { XdsServer } from '../istiod/xds-server.ts';
import { type Certificate, makeCertificate } from '../tls/certificate.ts';
import { ISTIO_VERSION, ISTIODS, ROOT_NAMESPACE } from './workloads.ts';

/** Whether istiods tell of their proxies at their debug ports, or those are switched off and they do over xDS alone. */
export type IstiodAccess = 'http' | 'xds';

/** One istiod of the mesh. */
export interface MeshIstiod {
  readonly http: IstiodServer;
  /** Where it speaks xDS, as far as questions go. */
  readonly xds: XdsServer | undefined;
}

export interface MeshIstiods {
  readonly each: readonly MeshIstiod[];
  /** PEM of the authority of the mesh, made for this run; undefined where nobody needs it. */
  readonly rootCertificate: string | undefined;
  close(): Promise<void>;
}

export interface MeshIstiodsOptions extends Pick<IstiodServerOptions, 'model' | 'crowd' | 'tokens' | 'wouldSend'> {
  readonly access: IstiodAccess;
}

export async function startIstiods({ access, ...parts }: MeshIstiodsOptions): Promise<MeshIstiods> {
  const authority = access === 'xds' ? makeCertificate('cluster.local') : undefined;
  const each = await Promise.all(
    ISTIODS.map(async (name): Promise<MeshIstiod> => {
      const options = { ...parts, name, version: ISTIO_VERSION, debugPort: access === 'http' };
      return { http: await startIstiodServer(options), xds: authority && (await startXds(options, authority)) };
    }),
  );
  return {
    each,
    rootCertificate: authority?.cert,
    async close() {
      for (const { xds } of each) xds?.close();
      await Promise.all(each.map(({ http }) => http.close()));
    },
  };
}

async function startXds(istiod: IstiodServerOptions, authority: Certificate): Promise<XdsServer> {
  const [{ startXdsServer }, { answerXds }] = await Promise.all([
    import('../istiod/xds-server.ts'),
    import('../istiod/xds-answers.ts'),
  ]);
  return startXdsServer({
    certificate: makeCertificate('istiod', authority, [], { names: [`istiod.${ROOT_NAMESPACE}.svc`] }),
    admits: (authorization) => isGranted(istiod.tokens, authorization),
    answer(stream, question) {
      const answer = answerXds(istiod, question);
      if (answer !== undefined) stream.write(answer);
    },
  });
}

function isGranted(tokens: DebugTokens, authorization: string | undefined): boolean {
  const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
  return token !== undefined && tokens(token) === 'granted';
}
