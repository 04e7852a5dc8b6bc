import { recentTraffic } from '../../model/recent-traffic.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { RequestCount } from '../../model/traffic.ts';
import { LONGEST_SECONDS } from '../../model/traffic-marks.ts';
import { splitsOf } from '../routes/splits.ts';
import type { Finding, Scope } from '../rung.ts';
import { inNamespace, membersWith, podsIn, selectsPod } from '../scope.ts';
import { counted, firstOf, shellWord } from '../wording.ts';
import type { ServiceEndpoint } from './service-endpoints.ts';
import { type ServiceView, serviceViews } from './service-view.ts';

/** Whether services and their subsets have somebody who answers, as Kubernetes knows it. */
export function examineEndpoints(snapshot: MeshSnapshot, scope: Scope): Finding {
  const all = serviceViews(snapshot);
  if (all === undefined) {
    return { verdict: 'unknown', summary: 'services, endpoints or pods are not known', evidence: [] };
  }
  const views = inNamespace(all, scope.namespace).filter(concerning(snapshot, scope));
  const lacking = views.flatMap((view) => lacksOf(view, snapshot));
  const [first] = lacking;
  if (first === undefined)
    return { verdict: 'ok', summary: fineText(views), evidence: views.slice(0, 3).map(viewText) };
  const { namespace, name } = first.view.service;
  return {
    verdict: 'finding',
    summary: firstOf(lacking.map(({ text }) => text)),
    evidence: lacking.slice(0, 5).map(({ view }) => viewText(view)),
    next: `kubectl -n ${shellWord(namespace)} get endpointslices -l ${shellWord(`kubernetes.io/service-name=${name}`)}`,
  };
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

interface Lack {
  readonly view: ServiceView;
  readonly text: string;
}

function lacksOf(view: ServiceView, snapshot: MeshSnapshot): readonly Lack[] {
  const { service, endpoints, subsets } = view;
  const host = `${service.name}.${service.namespace}.svc.cluster.local`;
  const routed = routedSubsets(snapshot.cluster.config, host);
  if (readyOf(endpoints) === 0) {
    // A service that has nobody, and that nobody calls, may well be meant so.
    if (endpoints.length === 0 && routed.size === 0 && !isCalled(snapshot, host)) return [];
    const others = endpoints.length === 0 ? 'no endpoint' : `no ready endpoint (${counted(endpoints.length, 'other')})`;
    return [{ view, text: `${service.name} has ${others}` }];
  }
  return subsets
    .filter((subset) => routed.has(subset.name) && readyOf(subset.endpoints) === 0)
    .map(({ name }) => ({
      view,
      text: `subset ${name} of ${service.name}, which gets requests, has no ready endpoint`,
    }));
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

function viewText({ service, endpoints, subsets }: ServiceView): string {
  const parts = subsets.map((subset) => `${subset.name} ${readyOf(subset.endpoints)}`);
  const each = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  return `${service.name}.${service.namespace}: ${readyOf(endpoints)} of ${endpoints.length} ready${each}`;
}
