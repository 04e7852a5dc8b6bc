import { specField, specList, specObject, specObjects, specText } from '../../model/spec-fields.ts';
import type { MeshConfig } from '../../model/workload.ts';
import { type AuthorizationMesh, DEFAULT_MESH } from './attribute.ts';
import { PATH_NORMALIZATIONS } from './path-pattern.ts';

/** What a mesh configuration says for policies; Istio's defaults without one, and then no authorizer is known. */
export function authorizationMesh(config: MeshConfig | undefined): AuthorizationMesh {
  if (config === undefined) return DEFAULT_MESH;
  const { raw, trustDomain } = config;
  const aliases = specList(raw['trustDomainAliases']).filter((alias) => typeof alias === 'string');
  const written = specField(specObject(raw['pathNormalization']), 'normalization');
  return {
    trustDomains: [trustDomain || 'cluster.local', ...aliases],
    pathNormalization: PATH_NORMALIZATIONS.find((each) => each === written) ?? DEFAULT_MESH.pathNormalization,
    authorizers: new Map(specObjects(raw['extensionProviders']).flatMap(authorizerOf)),
  };
}

/** The gRPC kind also speaks for TCP. */
function authorizerOf(provider: Readonly<Record<string, unknown>>): readonly [string, { readonly tcp: boolean }][] {
  const name = specText(provider['name']);
  const tcp = specObject(provider['envoyExtAuthzGrpc']) !== undefined;
  const http = specObject(provider['envoyExtAuthzHttp']) !== undefined;
  return name !== undefined && (tcp || http) ? [[name, { tcp }]] : [];
}
