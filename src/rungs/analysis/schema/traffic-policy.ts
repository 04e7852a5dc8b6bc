import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, isTrueAt, numberAt, objectAt, objectsAt, textAt, textsAt, valueAt } from '../../../model/spec-paths.ts';
import { checkLoadBalancer } from './load-balancer.ts';
import type { Problems } from './problems.ts';
import { badDuration, badPort } from './values.ts';

const PARTS = ['connectionPool', 'loadBalancer', 'outlierDetection', 'tls'];
const MORE_PARTS = ['portLevelSettings', 'tunnel', 'proxyProtocol', 'retryBudget'];

/** `trafficPolicy` of a DestinationRule or of a subset. */
export function checkTrafficPolicy(policy: SpecObject | undefined, problems: Problems): void {
  if (policy === undefined) return;
  if ([...PARTS, ...MORE_PARTS].every((part) => !hasAt(policy, part))) problems.error('a trafficPolicy says nothing');
  if (hasAt(policy, 'tunnel') && hasAt(policy, 'proxyProtocol')) problems.error('it has tunnel and proxyProtocol');
  checkParts(policy, problems);
  checkTunnel(objectAt(policy, 'tunnel'), problems);
  for (const settings of objectsAt(policy, 'portLevelSettings')) {
    if (!hasAt(settings, 'port')) problems.error('a portLevelSettings has no port');
    else problems.check(badPort(numberAt(settings, 'port', 'number')));
    if (PARTS.every((part) => !hasAt(settings, part))) problems.error('a portLevelSettings says nothing');
    checkParts(settings, problems);
  }
}

function checkParts(policy: SpecObject, problems: Problems): void {
  const outliers = objectAt(policy, 'outlierDetection');
  checkOutliers(outliers, problems);
  checkPool(objectAt(policy, 'connectionPool'), problems);
  checkLoadBalancer(objectAt(policy, 'loadBalancer'), outliers !== undefined, problems);
  checkClientTls(objectAt(policy, 'tls'), problems);
}

function checkTunnel(tunnel: SpecObject | undefined, problems: Problems): void {
  if (tunnel === undefined) return;
  const protocol = textAt(tunnel, 'protocol').toUpperCase();
  if (!['', 'CONNECT', 'POST'].includes(protocol)) problems.error(`the tunnel protocol "${protocol}" is none`);
  if (textAt(tunnel, 'targetHost') === '') problems.error('a tunnel has no targetHost');
  problems.check(badPort(numberAt(tunnel, 'targetPort')));
}

function checkOutliers(outliers: SpecObject | undefined, problems: Problems): void {
  problems.check(badDuration(valueAt(outliers, 'interval'), 'outlierDetection.interval'));
  problems.check(badDuration(valueAt(outliers, 'baseEjectionTime'), 'outlierDetection.baseEjectionTime'));
  if (numberOf(outliers, 'consecutiveErrors') !== 0) {
    problems.warning(
      'outlierDetection.consecutiveErrors is deprecated; use consecutiveGatewayErrors or consecutive5xxErrors',
    );
  }
  if (numberOf(outliers, 'consecutiveLocalOriginFailures') > 0 && !isTrueAt(outliers, SPLIT)) {
    problems.error(`consecutiveLocalOriginFailures does nothing without ${SPLIT}`);
  }
  for (const field of ['maxEjectionPercent', 'minHealthPercent']) {
    const percent = numberOf(outliers, field);
    if (percent < 0 || percent > 100) problems.error(`outlierDetection.${field} is not between 0 and 100`);
  }
}

const SPLIT = 'splitExternalLocalOriginErrors';

function numberOf(part: SpecObject | undefined, field: string): number {
  return numberAt(part, field) ?? 0;
}

const HTTP_COUNTS = [
  'http1MaxPendingRequests',
  'http2MaxRequests',
  'maxRequestsPerConnection',
  'maxRetries',
  'maxConcurrentStreams',
];

function checkPool(pool: SpecObject | undefined, problems: Problems): void {
  if (pool === undefined) return;
  if (!hasAt(pool, 'http') && !hasAt(pool, 'tcp')) problems.error('a connectionPool has neither http nor tcp');
  checkHttpPool(objectAt(pool, 'http'), problems);
  const tcp = objectAt(pool, 'tcp');
  if (numberOf(tcp, 'maxConnections') < 0) problems.error('connectionPool.tcp.maxConnections is less than 0');
  problems.check(badDuration(valueAt(tcp, 'connectTimeout'), 'connectionPool.tcp.connectTimeout'));
  problems.check(badDuration(valueAt(tcp, 'maxConnectionDuration'), 'connectionPool.tcp.maxConnectionDuration'));
}

function checkHttpPool(http: SpecObject | undefined, problems: Problems): void {
  for (const field of HTTP_COUNTS.filter((each) => numberOf(http, each) < 0)) {
    problems.error(`connectionPool.http.${field} is less than 0`);
  }
  problems.check(badDuration(valueAt(http, 'idleTimeout'), 'connectionPool.http.idleTimeout'));
  if (textAt(http, 'h2UpgradePolicy') === 'UPGRADE' && isTrueAt(http, 'useClientProtocol')) {
    problems.error('connectionPool.http upgrades to HTTP/2 and keeps the protocol of the client');
  }
}

function checkClientTls(tls: SpecObject | undefined, problems: Problems): void {
  if (tls === undefined) return;
  const mode = textAt(tls, 'mode');
  const isVerifying = textAt(tls, 'caCertificates') !== '' || textsAt(tls, 'subjectAltNames').length > 0;
  if (isTrueAt(tls, 'insecureSkipVerify') && isVerifying) {
    problems.error('tls verifies nothing (insecureSkipVerify), and has caCertificates or subjectAltNames');
  }
  checkClientFiles(tls, mode, problems);
}

function checkClientFiles(tls: SpecObject, mode: string, problems: Problems): void {
  const files = ['clientCertificate', 'privateKey', 'caCertificates'].filter((field) => textAt(tls, field) !== '');
  const isOfSecret = (mode === 'SIMPLE' || mode === 'MUTUAL') && textAt(tls, 'credentialName') !== '';
  if (isOfSecret && files.length > 0) problems.error(`tls has credentialName and ${files[0]}`);
  if (isOfSecret || mode !== 'MUTUAL') return;
  for (const field of ['clientCertificate', 'privateKey'].filter((each) => !files.includes(each))) {
    problems.error(`tls is MUTUAL and has no ${field}`);
  }
}
