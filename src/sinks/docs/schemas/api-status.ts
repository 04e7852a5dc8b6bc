import type { Shard } from '../../../model/shard.ts';
import { SOURCE_ERROR_CODES } from '../../../model/source-error.ts';
import { SOURCE_NAMES } from '../../../model/source-health.ts';
import { LINE_RESULTS } from '../../../model/traffic.ts';
import type {
  ElectionStatus,
  IntakeStatus,
  IstiodStatus,
  RemoteClusterStatus,
  SourceStatus,
  StatusDocument,
} from '../../http/status-document.ts';
import { integer, list, nullable, object, type Schema, text, time, word, yesNo } from './schema.ts';

const source: Schema<SourceStatus> = object<SourceStatus>({
  source: word(SOURCE_NAMES),
  up: nullable(yesNo('Its last poll got at least one usable answer.')),
  last_success_at: nullable(time()),
  polls: integer(),
  errors: counts(SOURCE_ERROR_CODES, 'How often each reason occurred.'),
  last_error: nullable(text()),
});

const istiod: Schema<IstiodStatus> = object<IstiodStatus>({
  name: text(),
  namespace: text(),
  revision: text(),
  version: nullable(text()),
  access: word(['http', 'xds', 'port_forward'], 'How it is asked.'),
  http_error: nullable(text('Why not over HTTP, where it is asked over xDS instead.')),
  ready: nullable(yesNo('As Kubernetes calls the pod.')),
  state: word(['ok', ...SOURCE_ERROR_CODES], '`ok`, or why the last poll failed.'),
  error: nullable(text()),
  polled_at: nullable(time()),
  answered_at: nullable(time()),
  proxies: nullable(integer('Listed when it last answered.')),
});

const intake: Schema<IntakeStatus> = object<IntakeStatus>({
  source: text(),
  lines: counts(LINE_RESULTS, 'By what they were.'),
  skipped_bytes: integer('Known to be lost or passed over.'),
  newest_line_at: nullable(time()),
});

const election: Schema<ElectionStatus> = object<ElectionStatus>({
  leads: yesNo('This one asks istiods and tells of the mesh.'),
  leader: nullable(text('Of the other one that leads, its name in the Lease; null where none is known to.')),
});

const shard: Schema<Shard> = object<Shard>({
  index: integer('Which shard of the mesh it exposes, from 0.'),
  count: integer('Among how many exporters the mesh is divided.'),
});

const remoteCluster: Schema<RemoteClusterStatus> = object<RemoteClusterStatus>({
  cluster: text('Its id, as in mesh_cluster.'),
  sources: list(source),
  istiods: nullable(list(istiod)),
});

export const apiStatus: Schema<StatusDocument> = object<StatusDocument>({
  version: text(),
  commit: nullable(text('Null when it runs from its sources.')),
  role: text(),
  cluster: text(),
  started_at: nullable(time()),
  at: nullable(time('What all of it is true of.')),
  ready: yesNo(),
  pending: list(text(), 'Sources it waits for.'),
  election: nullable(election),
  shard,
  sources: list(source),
  istiods: nullable(list(istiod)),
  access_log: nullable(list(intake)),
  remote_clusters: list(remoteCluster, 'Other clusters that it watches.'),
});

/** A number for each of these words. */
function counts<K extends string>(words: readonly K[], description: string): Schema<Readonly<Record<K, number>>> {
  const { json } = integer();
  return {
    json: {
      type: 'object',
      description,
      properties: Object.fromEntries(words.map((each) => [each, json])),
      required: words,
      additionalProperties: false,
    },
  };
}
