import { isFailure } from '../../model/response-flag.ts';
import type { RequestShape } from '../../model/traffic.ts';

interface Series<L> {
  /** The label values in one word, different for different labels. */
  readonly key: string;
  readonly labels: L;
}

interface PlaceLabels {
  readonly mesh_cluster: string;
  readonly proxy_namespace: string;
  readonly workload: string;
  readonly direction: string;
  readonly destination: string;
}
interface SubsetLabels extends PlaceLabels {
  readonly subset: string;
}
interface RouteLabels extends SubsetLabels {
  readonly route: string;
}
type FlagLabels = RouteLabels & { readonly flag: string };

/** The series that a line of some shape counts in. */
export interface ShapeSeries {
  readonly meshCluster: string;
  readonly request: Series<RouteLabels & { readonly response_code_class: string }>;
  readonly flagged: Series<SubsetLabels>;
  /** At least one flag means a failure. */
  readonly failed: boolean;
  readonly flags: readonly Series<FlagLabels>[];
  readonly details: Series<PlaceLabels & { readonly details: string }> | undefined;
}

/** The ordinary way of a response. */
const VIA_UPSTREAM = 'via_upstream';
/** In no label: Envoy, Kubernetes and Istio write no control characters in names. */
const BREAK = '\u0000';

/** Shapes are kept by the tally for as long as they are counted, and asked after at each scrape. */
const known = new WeakMap<RequestShape, ShapeSeries>();

export function shapeSeries(shape: RequestShape, meshCluster: string): ShapeSeries {
  const last = known.get(shape);
  if (last?.meshCluster === meshCluster) return last;
  const series = makeSeries(shape, meshCluster);
  known.set(shape, series);
  return series;
}

function makeSeries(shape: RequestShape, meshCluster: string): ShapeSeries {
  const place = placeOf(shape, meshCluster);
  const { subset, route, flags, details } = shape;
  const placeKey = Object.values(place).join(BREAK);
  const subsetKey = `${placeKey}${BREAK}${subset}`;
  const routeKey = `${subsetKey}${BREAK}${route}`;
  const response_code_class = codeClass(shape.responseCode);
  const tells = details !== '' && (flags.length > 0 || details !== VIA_UPSTREAM);
  return {
    meshCluster,
    request: {
      key: `${routeKey}${BREAK}${response_code_class}`,
      labels: { ...place, subset, route, response_code_class },
    },
    flagged: { key: subsetKey, labels: { ...place, subset } },
    failed: flags.some(isFailure),
    flags: flags.map((flag) => ({ key: `${routeKey}${BREAK}${flag}`, labels: { ...place, subset, route, flag } })),
    details: tells ? { key: `${placeKey}${BREAK}${details}`, labels: { ...place, details } } : undefined,
  };
}

/** The series of one flag at a place, for a flag that no line may have had yet. */
export function flagSeries(
  place: Pick<RequestShape, 'proxyNamespace' | 'workload' | 'direction' | 'destination' | 'subset' | 'route'>,
  flag: string,
  meshCluster: string,
): Series<FlagLabels> {
  const { subset, route } = place;
  const labels = { ...placeOf(place, meshCluster), subset, route, flag };
  return { key: Object.values(labels).join(BREAK), labels };
}

function placeOf(
  {
    proxyNamespace,
    workload,
    direction,
    destination,
  }: Pick<RequestShape, 'proxyNamespace' | 'workload' | 'direction' | 'destination'>,
  meshCluster: string,
): PlaceLabels {
  return { mesh_cluster: meshCluster, proxy_namespace: proxyNamespace, workload, direction, destination };
}

/** `0` for TCP and for HTTP that ended before a response. */
function codeClass(code: number): string {
  if (code === 0) return '0';
  const hundreds = Math.floor(code / 100);
  return hundreds >= 1 && hundreds <= 5 ? `${hundreds}xx` : 'other';
}
