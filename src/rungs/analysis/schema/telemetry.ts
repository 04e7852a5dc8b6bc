import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, numberAt, objectAt, objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { checkPolicyTarget } from './policy-target.ts';
import type { Problems } from './problems.ts';

/** What Istio refuses of a Telemetry, or warns of (Istio pkg/config/validation). */
export function checkTelemetry({ spec }: ConfigObject, problems: Problems): void {
  checkPolicyTarget(spec, problems);
  for (const entry of objectsAt(spec, 'metrics')) checkMetrics(entry, problems);
  const tracing = objectsAt(spec, 'tracing');
  if (tracing.length > 1) problems.warning('of several tracing only the first counts');
  for (const entry of tracing) checkTracing(entry, problems);
  for (const entry of objectsAt(spec, 'accessLogging')) {
    checkProviders(entry, problems);
    if (hasAt(entry, 'filter') && textAt(entry, 'filter', 'expression') === '') {
      problems.error('a filter of accessLogging has no expression');
    }
  }
}

function checkProviders(entry: SpecObject, problems: Problems): void {
  for (const provider of objectsAt(entry, 'providers')) {
    if (textAt(provider, 'name') === '') problems.error('a provider has no name');
  }
}

function checkTracing(entry: SpecObject, problems: Problems): void {
  checkProviders(entry, problems);
  if (objectsAt(entry, 'providers').length > 1)
    problems.warning('of several providers of tracing only the first counts');
  const share = numberAt(entry, 'randomSamplingPercentage') ?? 0;
  if (share < 0 || share > 100) problems.error('randomSamplingPercentage is not between 0 and 100');
  for (const [name, tag] of Object.entries(objectAt(entry, 'customTags') ?? {})) checkTag(name, tag, problems);
}

const TAG_SOURCES = { literal: 'value', environment: 'name', header: 'name', formatter: 'value' } as const;

function checkTag(name: string, tag: unknown, problems: Problems): void {
  if (name === '') problems.error('a custom tag has no name');
  for (const [source, field] of Object.entries(TAG_SOURCES)) {
    if (hasAt(tag, source) && textAt(tag, source, field) === '') {
      problems.error(`the custom tag ${name} has no ${field} in ${source}`);
    }
  }
}

function checkMetrics(entry: SpecObject, problems: Problems): void {
  checkProviders(entry, problems);
  for (const override of objectsAt(entry, 'overrides')) {
    const match = objectAt(override, 'match');
    const isNamed = hasAt(match, 'customMetric');
    if (isNamed && textAt(match, 'customMetric') === '') problems.error('an override names an empty customMetric');
    for (const [tag, value] of Object.entries(objectAt(override, 'tagOverrides') ?? {})) {
      checkTagOverride(tag, value, problems);
    }
  }
}

function checkTagOverride(tag: string, override: unknown, problems: Problems): void {
  if (tag === '') problems.error('an override has a tag without a name');
  const isRemoval = textAt(override, 'operation') === 'REMOVE';
  const value = textAt(override, 'value');
  if (isRemoval && value !== '') problems.error(`the tag ${tag} is removed, and has a value`);
  if (!isRemoval && value === '') problems.error(`the tag ${tag} is overridden by nothing`);
}
