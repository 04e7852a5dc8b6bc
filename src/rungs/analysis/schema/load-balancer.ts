import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, numberAt, numberOf, objectAt, objectsAt, textAt, textsAt, valueAt } from '../../../model/spec-paths.ts';
import type { Problems } from './problems.ts';
import { badDuration, durationMs } from './values.ts';

/** `loadBalancer` of a traffic policy. */
export function checkLoadBalancer(
  balancer: SpecObject | undefined,
  hasOutlierDetection: boolean,
  problems: Problems,
): void {
  if (balancer === undefined) return;
  checkHash(objectAt(balancer, 'consistentHash'), problems);
  checkLocality(objectAt(balancer, 'localityLbSetting'), hasOutlierDetection, problems);
  checkWarmup(objectAt(balancer, 'warmup'), problems);
}

function checkWarmup(warmup: SpecObject | undefined, problems: Problems): void {
  if (warmup === undefined) return;
  if (!hasAt(warmup, 'duration')) problems.error('warmup has no duration');
  problems.check(badDuration(valueAt(warmup, 'duration'), 'warmup.duration'));
  if ((numberAt(warmup, 'minimumPercent') ?? 0) > 100) problems.error('warmup.minimumPercent is above 100');
  if ((numberAt(warmup, 'aggression') ?? 1) < 1) problems.error('warmup.aggression is below 1');
}

/** Maglev's table (Envoy docs: MaglevLbConfig): a prime up to this. */
const LARGEST_TABLE = 5_000_011;

function checkHash(hash: SpecObject | undefined, problems: Problems): void {
  if (hasAt(hash, 'httpCookie')) checkCookie(objectAt(hash, 'httpCookie'), problems);
  if (hasAt(hash, 'maglev')) checkMaglev(numberAt(hash, 'maglev', 'tableSize') ?? 0, problems);
  if ((numberAt(hash, 'minimumRingSize') ?? 0) === 0) return;
  problems.warning('consistentHash.minimumRingSize is deprecated; use ringHash');
  if (hasAt(hash, 'ringHash') || hasAt(hash, 'maglev')) {
    problems.error('consistentHash has minimumRingSize beside ringHash or maglev');
  }
}

function checkMaglev(tableSize: number, problems: Problems): void {
  if (tableSize === 0) problems.error('maglev has no tableSize');
  else if (tableSize >= LARGEST_TABLE) problems.error(`the table size ${tableSize} of maglev is too large`);
  else if (tableSize > 1 && !isPrime(tableSize)) problems.error(`the table size ${tableSize} of maglev is no prime`);
}

function checkCookie(cookie: SpecObject | undefined, problems: Problems): void {
  if (textAt(cookie, 'name') === '') problems.error('the cookie to hash by has no name');
  const ttl = textAt(cookie, 'ttl');
  if (ttl !== '' && (durationMs(ttl) ?? -1) < 0) problems.error('the cookie to hash by has no sound ttl');
}

function isPrime(number: number): boolean {
  if (!Number.isInteger(number) || number < 2) return false;
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) return false;
  return true;
}

function checkLocality(setting: SpecObject | undefined, hasOutlierDetection: boolean, problems: Problems): void {
  if (setting === undefined) return;
  const distribute = objectsAt(setting, 'distribute');
  const failover = objectsAt(setting, 'failover');
  const priority = textsAt(setting, 'failoverPriority');
  if (distribute.length > 0 && (failover.length > 0 || priority.length > 0)) {
    problems.error('localityLbSetting has distribute and failover');
  }
  for (const entry of distribute) checkShares(entry, problems);
  for (const entry of failover) checkFailover(entry, problems);
  if ((failover.length > 0 || priority.length > 0) && !hasOutlierDetection) {
    problems.warning('localityLbSetting fails over only with outlierDetection');
  }
}

function checkShares(entry: SpecObject, problems: Problems): void {
  const shares = Object.values(objectAt(entry, 'to') ?? {}).map((share) => numberOf(share) ?? 0);
  if (shares.some((share) => !(share > 0))) problems.error('a share of localityLbSetting.distribute is 0');
  const sum = shares.reduce((total, share) => total + share, 0);
  if (sum !== 100) problems.error(`the shares of localityLbSetting.distribute are ${sum} together, not 100`);
}

function checkFailover(entry: SpecObject, problems: Problems): void {
  const from = textAt(entry, 'from');
  const to = textAt(entry, 'to');
  if (from === to) problems.error(`localityLbSetting fails over from ${from} to itself`);
  for (const region of [from, to]) {
    if (/[/*]/.test(region)) problems.error(`localityLbSetting fails over by region, and "${region}" is more than one`);
  }
}
