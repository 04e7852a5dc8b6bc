import type { MeshSnapshot } from '../../model/snapshot.ts';
import { splitsOf } from '../routes/splits.ts';
import type { Finding, Scope } from '../rung.ts';
import { inNamespace, podsIn, selectsPod } from '../scope.ts';
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

function lacksOf(view: ServiceView, { cluster }: MeshSnapshot): readonly Lack[] {
  const { service, endpoints, subsets } = view;
  if (readyOf(endpoints) === 0) {
    const others = endpoints.length === 0 ? 'no endpoint' : `no ready endpoint (${counted(endpoints.length, 'other')})`;
    return [{ view, text: `${service.name} has ${others}` }];
  }
  const wanted = routedSubsets(cluster.config, `${service.name}.${service.namespace}.svc.cluster.local`);
  return subsets
    .filter((subset) => wanted.has(subset.name) && readyOf(subset.endpoints) === 0)
    .map(({ name }) => ({
      view,
      text: `subset ${name} of ${service.name}, which gets requests, has no ready endpoint`,
    }));
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
  return views.length === 0
    ? 'no service to ask about'
    : `${counted(views.length, 'service')}, each with ready endpoints`;
}

function viewText({ service, endpoints, subsets }: ServiceView): string {
  const parts = subsets.map((subset) => `${subset.name} ${readyOf(subset.endpoints)}`);
  const each = parts.length === 0 ? '' : ` (${parts.join(', ')})`;
  return `${service.name}.${service.namespace}: ${readyOf(endpoints)} of ${endpoints.length} ready${each}`;
}
