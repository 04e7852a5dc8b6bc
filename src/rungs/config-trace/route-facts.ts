import { bodyField, bodyNumber, bodyObject, bodyObjects, bodyText, type EnvoyBody } from '../../model/envoy-body.ts';
import { describePath } from '../../model/envoy-match-words.ts';
import type { EnvoyRoute } from '../../model/envoy-route.ts';
import { exactPercent } from '../wording.ts';
import { fractionOf } from './match-route.ts';

/** What is worth knowing of a route that takes a request. */
export function routeFacts(route: EnvoyRoute, tried: number): readonly string[] {
  const { virtualService, body } = route;
  const action = bodyObject(body, 'route');
  const fraction = fractionOf(route);
  return [
    `match ${matchOf(route.match)}`,
    ...(virtualService === '' ? [] : [`VirtualService ${virtualService}`]),
    ...(tried === 0 ? [] : [`after ${tried} that ${tried === 1 ? 'does' : 'do'} not match`]),
    ...(fraction < 1 ? [`only ${exactPercent(fraction)} of what matches; the rest goes on to the next route`] : []),
    ...(action === undefined ? [] : actionFacts(action)),
    ...faultFacts(body),
  ];
}

/** An empty path takes any. */
function matchOf(match: EnvoyBody): string {
  const headers = bodyObjects(match, 'headers').map((header) => bodyText(header, 'name') ?? '');
  const path = describePath(match) || '*';
  return headers.length === 0 ? path : `${path} by ${headers.join(', ')}`;
}

function actionFacts(action: EnvoyBody): readonly string[] {
  const timeout = bodyText(action, 'timeout');
  const retries = bodyNumber(bodyObject(action, 'retry_policy'), 'num_retries');
  const rewrite = bodyText(action, 'prefix_rewrite') ?? bodyText(action, 'host_rewrite_literal');
  const mirrors = bodyObjects(action, 'request_mirror_policies').map((policy) => bodyText(policy, 'cluster') ?? '');
  return [
    ...(timeout === undefined || timeout === '0s' ? [] : [`timeout ${timeout}`]),
    ...(retries === undefined || retries === 0 ? [] : [`${retries} retries`]),
    ...(rewrite === undefined ? [] : [`rewritten to ${rewrite}`]),
    ...mirrors.map((cluster) => `mirrored to ${cluster}`),
  ];
}

/** Faults that a VirtualService puts in on purpose. */
function faultFacts(body: EnvoyBody): readonly string[] {
  const fault = bodyObject(bodyObject(body, 'typed_per_filter_config'), 'envoy.filters.http.fault');
  const abort = bodyNumber(bodyObject(fault, 'abort'), 'http_status');
  const delay = bodyText(bodyObject(fault, 'delay'), 'fixed_delay');
  return [
    ...(abort === undefined ? [] : [`fault: abort with ${abort}${shareOf(bodyObject(fault, 'abort'))}`]),
    ...(delay === undefined ? [] : [`fault: delay by ${delay}${shareOf(bodyObject(fault, 'delay'))}`]),
  ];
}

function shareOf(fault: EnvoyBody | undefined): string {
  const share = fault === undefined ? undefined : bodyField(fault, 'percentage');
  return share === undefined
    ? ''
    : `, ${exactPercent(fractionOf({ match: { runtime_fraction: { default_value: share } } }))}`;
}
