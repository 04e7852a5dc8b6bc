import type { SpecObject } from '../../../model/spec-fields.ts';
import { hasAt, labelsAt, numberAt, numberOf, objectAt, textAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import { isAddress } from '../addresses.ts';
import type { Problems } from './problems.ts';
import { badLabelMap, badName, badPort } from './values.ts';

/** What Istio refuses of a WorkloadEntry, or warns of (Istio pkg/config/validation). */
export function checkWorkloadEntry({ spec }: ConfigObject, problems: Problems): void {
  checkEntry(spec, problems);
  const address = textAt(spec, 'address');
  // In another network only its gateway has an address.
  if (address === '' && textAt(spec, 'network') === '') problems.error('it has neither address nor network');
}

function checkEntry(entry: SpecObject, problems: Problems): void {
  const address = textAt(entry, 'address');
  if (address.startsWith('unix://')) {
    if (!/^unix:\/\/(?:@|\/.*[^/]$)/.test(address)) problems.error(`"${address}" is no path of a socket`);
    if (hasAt(entry, 'ports')) problems.error('its address is a Unix socket, and it has ports');
  } else if (address !== '' && !isAddress(address)) {
    problems.check(badName(address));
  }
  for (const port of Object.values(objectAt(entry, 'ports') ?? {})) problems.check(badPort(numberOf(port)));
  problems.check(badLabelMap(labelsAt(entry, 'labels')));
}

/** What Istio refuses of a WorkloadGroup, or warns of (Istio pkg/config/validation). */
export function checkWorkloadGroup({ spec }: ConfigObject, problems: Problems): void {
  const template = objectAt(spec, 'template');
  if (template === undefined) {
    problems.error('it has no template');
    return;
  }
  problems.check(badLabelMap(labelsAt(spec, 'metadata', 'labels')));
  checkTemplate(template, problems);
  checkProbe(objectAt(spec, 'probe'), problems);
}

/** Each machine brings its own address. */
function checkTemplate(template: SpecObject, problems: Problems): void {
  if (textAt(template, 'address') !== '') problems.error('its template has an address, which is each machine’s own');
  for (const port of Object.values(objectAt(template, 'ports') ?? {})) problems.check(badPort(numberOf(port)));
  problems.check(badLabelMap(labelsAt(template, 'labels')));
}

function checkProbe(probe: SpecObject | undefined, problems: Problems): void {
  if (probe === undefined) return;
  const ways = ['httpGet', 'tcpSocket', 'exec', 'grpc'].filter((way) => hasAt(probe, way));
  if (ways.length === 0) problems.error('its probe does not say how to probe');
  for (const way of ways.filter((each) => each !== 'exec')) problems.check(badPort(numberAt(probe, way, 'port')));
}
