import { bodyObject, bodyText } from '../model/envoy-body.ts';
import type { EnvoyConfig, EnvoyDump } from '../model/envoy-config.ts';
import { isVerbose } from '../model/envoy-loggers.ts';
import type { LookFacts, Replicas } from '../model/inspection.ts';
import { fingerprints } from './config-diff/fingerprint.ts';
import { differingNames } from './config-diff/istiod-and-envoy.ts';
import { clusterHosts } from './endpoints/cluster-hosts.ts';
import { loadedWeights } from './routes/loaded-weights.ts';

/** What one look brought, before it is cut down. */
export interface DumpAnswers {
  readonly dump: EnvoyDump;
  /** What istiod would send; absent where it was not asked, or did not answer. */
  readonly sent?: EnvoyConfig;
  /** The replicas of the workload, as far as they are known. */
  readonly siblings?: Replicas;
}

/** A mesh of 10,000 services has some 30,000 outbound clusters; a proxy that tells of more is not believed. */
const MAX_PARTS = 50_000;
const MAX_NAMES = 1_000;
const MAX_REJECTIONS = 100;
/** As the words of a rejection that istiod tells are cut. */
const MAX_WORDS = 2_000;
/** Envoy has some ninety. */
const MAX_LOGGERS = 200;

/** Cuts a look down to what the ladder asks. What the dump does not have is absent; pure, and a second's work on 50 MiB. */
export function inspectDump({ dump, sent, siblings }: DumpAnswers): LookFacts {
  const { config, statuses, loggers } = dump;
  return {
    ...(config !== undefined && configFacts(config, siblings)),
    ...(config !== undefined && sent !== undefined && { differences: differences(sent, config) }),
    ...(statuses !== undefined && bounded('hosts', clusterHosts(statuses))),
    ...(loggers !== undefined && { verboseLoggers: loggers.filter(isVerbose).slice(0, MAX_LOGGERS) }),
  };
}

function configFacts(config: EnvoyConfig, siblings: Replicas | undefined): LookFacts {
  const { routes, listeners, bootstrap } = config;
  const locality = localityOf(bootstrap?.body);
  const rejections = config.rejections.slice(0, MAX_REJECTIONS);
  return {
    ...(locality !== undefined && { locality }),
    fingerprints: fingerprints(config, siblings),
    rejections: rejections.map((each) => ({ ...each, details: each.details.slice(0, MAX_WORDS) })),
    // Shares are told by both: with one of them missing, an empty list would be no answer.
    ...(routes !== undefined && listeners !== undefined && bounded('weights', loadedWeights(config))),
  };
}

function localityOf(bootstrap: NonNullable<EnvoyConfig['bootstrap']>['body'] | undefined): string | undefined {
  const locality = bodyObject(bodyObject(bootstrap, 'node'), 'locality');
  if (locality === undefined) return undefined;
  return ['region', 'zone', 'sub_zone'].map((part) => bodyText(locality, part) ?? '').join('/');
}

function differences(sent: EnvoyConfig, config: EnvoyConfig): NonNullable<LookFacts['differences']> {
  const names = Object.entries(differingNames(sent, config));
  return Object.fromEntries(names.map(([section, all]) => [section, all.slice(0, MAX_NAMES)]));
}

/** A part of a list would be taken for the whole. */
function bounded<K extends string, T>(name: K, list: readonly T[]): { readonly [P in K]?: readonly T[] } {
  return list.length > MAX_PARTS ? {} : ({ [name]: list } as { readonly [P in K]: readonly T[] });
}
