import { bodyNumber, bodyObject, bodyObjects, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import type { WeightedCluster } from '../../model/envoy-route.ts';

/** `cluster`, or `weighted_clusters`, as routes and TCP proxies have them; `undefined` where there is neither. */
export function decodeWeighted(body: EnvoyBody): readonly WeightedCluster[] | undefined {
  const cluster = bodyText(body, 'cluster');
  if (cluster !== undefined) return [{ name: cluster, weight: 1 }];
  const weighted = bodyObject(body, 'weighted_clusters');
  if (weighted === undefined) return undefined;
  return bodyObjects(weighted, 'clusters').map((each) => ({
    name: bodyText(each, 'name') ?? '',
    weight: bodyNumber(each, 'weight') ?? 0,
  }));
}
