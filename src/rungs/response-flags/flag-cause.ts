import { RESPONSE_FLAGS } from '../../model/response-flag.ts';
import { sameAs, sentences, WHOLE_ANSWER } from '../alert-text.ts';
import { FAMILIES as MTLS } from '../mtls/families.ts';
import { FAMILIES } from './families.ts';

/** Flags that mean no failure, as one pattern. */
export const NO_FAILURE: string = RESPONSE_FLAGS.filter(({ failure }) => !failure)
  .map(({ name }) => name)
  .join('|');

const WORKLOAD = ['mesh_cluster', 'proxy_namespace', 'workload'];
const DESTINATION = ['mesh_cluster', 'destination'];

function conflicts(matchers: string): string {
  const found = `last_over_time(${MTLS.conflict.name}{${matchers},reason!='pods_outside_mesh'}[3m])`;
  return `max by (object_namespace, object_name, destination, reason) (${found})`;
}

const CONFLICT =
  '{{ .Labels.object_namespace }}/{{ .Labels.object_name }} and {{ .Labels.destination }} disagree on mutual TLS: {{ .Labels.reason }}.';

/** What NR says no more of: whether it was a route or a filter chain, and who may have made it so. */
const CAUSE_OF_NR: string = [
  sentences(
    `topk(1, sum by (details) (increase(${FAMILIES.responseDetails.name}{${sameAs(WORKLOAD)},details=~'route_not_found|filter_chain_not_found|route_configuration_not_found'}[5m])) > 0)`,
    WORKLOAD,
    'Mostly {{ .Labels.details }}.',
  ),
  sentences(
    conflicts("mesh_cluster=%q,destination=~'[^.]+[.]%s[.]svc[.].*'"),
    ['mesh_cluster', 'proxy_namespace'],
    CONFLICT,
  ),
].join('');

/** By flag, what the text of its alert adds from other families. */
export const CAUSE_OF_FLAG: Readonly<Record<string, string>> = { NR: CAUSE_OF_NR };

/** An mTLS conflict at the destination of an alert. */
export const CONFLICT_AT_DESTINATION: string = sentences(conflicts(sameAs(DESTINATION)), DESTINATION, CONFLICT);

/** The flags that requests to the destination of an alert have now, those on most first. */
export const FLAGS_AT_DESTINATION: string = sentences(
  `topk(3, sum by (flag) (increase(${FAMILIES.responseFlags.name}{${sameAs(DESTINATION)},direction='outbound',flag!~'${NO_FAILURE}'}[5m])) > 0)`,
  DESTINATION,
  `{{ .Labels.flag }} on ${WHOLE_ANSWER} in five minutes.`,
);
