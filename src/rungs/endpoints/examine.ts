import { fqdnOf } from '../../model/cluster-domain.ts';
import { recentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { RequestCount } from '../../model/traffic.ts';
import { LONGEST_SECONDS } from '../../model/traffic-marks.ts';
import { splitsOf } from '../routes/splits.ts';
import type { Finding, Scope } from '../rung.ts';
import { hostsCalledBy, inNamespace, isOfScope, membersWith, podsIn, selectsPod } from '../scope.ts';
import { counted, firstOf, shellWord } from '../wording.ts';
import { envoyViews, hasPushedEndpoints } from './envoy-views.ts';
import { hostsOut } from './hosts-out.ts';
import type { ServiceEndpoint } from './service-endpoints.ts';
import { type ServiceView, serviceViews } from './service-view.ts';
import { goneEndpoints, type IsAsked, overflows, untoldOfGone } from './traffic-troubles.ts';
import type { Trouble } from './trouble.ts';
import { unlikeKubernetes } from './unlike-kubernetes.ts';

/** Whether services and their subsets have somebody who answers, as Kubernetes knows it and as Envoys do. */
export function examineEndpoints(snapshot: MeshSnapshot, scope: Scope): Finding {
  const all = serviceViews(snapshot);
  if (all === undefined) {
    return { verdict: 'unknown', summary: 'services, endpoints or pods are not known', evidence: [] };
  }
  const views = inNamespace(all, scope.namespace).filter(concerning(snapshot, scope));
  const troubles = [
    ...[...views, ...calledViews(snapshot, scope, all, views)].flatMap((view) => lacksOf(view, snapshot)),
    ...envoyTroubles(snapshot, scope, all, views),
    ...trafficTroubles(snapshot, scope, views),
  ];
  const [first] = troubles;
  if (first === undefined) {
    return {
      verdict: 'ok',
      summary: fineText(views),
      evidence: [...views.slice(0, 3).map(viewText), ...lookText(snapshot, views), ...untoldOfGone(snapshot)],
    };
  }
  const evidence = [...new Set(troubles.flatMap((trouble) => trouble.evidence))];
  return {
    verdict: 'finding',
    summary: firstOf(troubles.map(({ text }) => text)),
    evidence: [...evidence.slice(0, 5), ...untoldOfGone(snapshot)],
    ...(first.next !== undefined && { next: first.next }),
  };
}

/** Services that a pod has called and does not stand behind: who is not there fails its requests. */
function calledViews(
  snapshot: MeshSnapshot,
  scope: Scope,
  all: readonly ServiceView[],
  own: readonly ServiceView[],
): readonly ServiceView[] {
  const called = hostsCalledBy(snapshot, scope);
  return called.size === 0 ? [] : all.filter((view) => !own.includes(view) && called.has(fqdnOf(view.service)));
}

/** What Envoys know of these services; of a pod, also what its own Envoy knows of every service. */
function envoyTroubles(
  snapshot: MeshSnapshot,
  scope: Scope,
  all: readonly ServiceView[],
  views: readonly ServiceView[],
): readonly Trouble[] {
  const asked = new Set(views);
  const told = (scope.name === undefined ? views : all).filter(({ service }) => hasPushedEndpoints(service));
  return told.flatMap((view) => {
    const looks = envoyViews(snapshot, fqdnOf(view.service)).filter(
      ({ proxy }) => asked.has(view) || (proxy.name === scope.name && proxy.namespace === scope.namespace),
    );
    return [...hostsOut(view, looks, snapshot), ...unlikeKubernetes(view, looks, snapshot)];
  });
}

/** What requests tell: those to these services, and those of the workloads asked about. */
function trafficTroubles(snapshot: MeshSnapshot, scope: Scope, views: readonly ServiceView[]): readonly Trouble[] {
  const hosts = new Set(views.map(({ service }) => fqdnOf(service)));
  const isAsked: IsAsked = (request) => hosts.has(request.destination) || isOfScope(request, scope);
  return [...overflows(snapshot, isAsked), ...goneEndpoints(snapshot, isAsked)];
}

function lookText(snapshot: MeshSnapshot, views: readonly ServiceView[]): readonly string[] {
  const looks = views.flatMap(({ service }) => envoyViews(snapshot, fqdnOf(service)));
  const proxies = new Set(looks.map(({ proxy }) => proxy)).size;
  return proxies === 0 ? [] : [`${counted(proxies, 'Envoy')} looked into: all hosts healthy`];
}

/** A service without a selector has its endpoints from somebody else, who may know why there are none. */
function concerning(snapshot: MeshSnapshot, scope: Scope): (view: ServiceView) => boolean {
  if (scope.name === undefined) return ({ service, endpoints }) => hasSelector(service) || endpoints.length > 0;
  const pod = podsIn(snapshot, scope)?.[0];
  return ({ service }) => pod !== undefined && selectsPod(service, pod);
}

function hasSelector({ selector }: ServiceView['service']): boolean {
  return Object.keys(selector ?? {}).length > 0;
}

/** A service that somebody calls or routes to, or a subset that gets requests, without a ready endpoint. */
export function lacksOf(view: ServiceView, snapshot: MeshSnapshot): readonly Trouble[] {
  const { service, endpoints, subsets } = view;
  const { namespace, name } = service;
  const next = `kubectl -n ${shellWord(namespace)} get endpointslices -l ${shellWord(`kubernetes.io/service-name=${name}`)}`;
  const lack = (text: string): Trouble => ({ text, evidence: [viewText(view)], next });
  const host = fqdnOf(service);
  const routed = routedSubsets(snapshot.cluster.config, host);
  if (readyOf(endpoints) === 0) {
    // A service that has nobody, and that nobody calls, may well be meant so.
    if (endpoints.length === 0 && routed.size === 0 && !isCalled(snapshot, host)) return [];
    const others = endpoints.length === 0 ? 'no endpoint' : `no ready endpoint (${counted(endpoints.length, 'other')})`;
    return [lack(`${name} has ${others}`)];
  }
  return subsets
    .filter((subset) => routed.has(subset.name) && readyOf(subset.endpoints) === 0)
    .map((subset) => lack(`subset ${subset.name} of ${name}, which gets requests, has no ready endpoint`));
}

function isCalled(snapshot: MeshSnapshot, host: string): boolean {
  const requests = recentTraffic(snapshot, LONGEST_SECONDS)?.requests ?? [];
  return membersWith(requests, host, destinationOf).length > 0;
}

function destinationOf({ shape }: RequestCount): string {
  return shape.destination;
}

/** Subsets that some route sends requests to: of the others nobody expects an answer. */
function routedSubsets(config: MeshSnapshot['cluster']['config'], host: string): ReadonlySet<string> {
  const weights = [...splitsOf(config).values()]
    .filter(({ destinations }) => destinations.has(host))
    .flatMap((split) => split.weights);
  return new Set(
    weights.filter(({ destination, ratio }) => destination === host && ratio > 0).map(({ subset }) => subset),
  );
}

function readyOf(endpoints: readonly ServiceEndpoint[]): number {
  return endpoints.filter(({ health }) => health === 'ready').length;
}

function fineText(views: readonly ServiceView[]): string {
  if (views.length === 0) return 'no service to ask about';
  const ready = views.filter(({ endpoints }) => readyOf(endpoints) > 0).length;
  const idle = ready === views.length ? '' : `; ${views.length - ready} without, which nobody calls`;
  return `${counted(ready, 'service')} with ready endpoints${idle}`;
}

/** `cart.shop: 2 of 3 ready (v1 2, v2 0)`. */
export function viewText({ service, endpoints, subsets }: ServiceView): string {
  const parts = subsets.map((subset) => `${subset.name} ${readyOf(subset.endpoints)}`);
  const each = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  return `${service.name}.${service.namespace}: ${readyOf(endpoints)} of ${endpoints.length} ready${each}`;
}
