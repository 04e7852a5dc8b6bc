import { EXPORTER_URL } from './links.ts';

const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };

/** What a dashboard can be narrowed to, beside data source, job and mesh. */
export interface Variable {
  readonly name: string;
  readonly label: string;
  /** `label_values(FAMILY{…}, LABEL)`. */
  readonly query: string;
  /**
   * Not for a reader to choose: it is what the ones before it come to, so that All is those values and not any; and it
   * is not shown.
   */
  readonly follows?: boolean;
}

const JOB: Variable = { name: 'job', label: 'Job', query: 'label_values(meshladder_build_info, job)' };
const MESH: Variable = {
  name: 'mesh_cluster',
  label: 'Mesh',
  query: 'label_values(meshladder_source_up{job=~"$job"}, mesh_cluster)',
};

/** Every variable of a dashboard, its own after those that all have. */
export function variableList(own: readonly Variable[]): readonly object[] {
  return [datasourceVariable(), ...[JOB, MESH, ...own].map(queryVariable), exporterVariable()];
}

function datasourceVariable(): object {
  return {
    type: 'datasource',
    name: 'datasource',
    label: 'Data source',
    query: 'prometheus',
    refresh: 1,
    hide: 0,
    includeAll: false,
    multi: false,
    options: [],
    regex: '',
    current: {},
  };
}

function queryVariable({ name, label, query, follows = false }: Variable): object {
  return {
    type: 'query',
    name,
    label,
    datasource: DATASOURCE,
    query: { query, refId: name },
    definition: query,
    refresh: 2,
    sort: 1,
    hide: follows ? 2 : 0,
    regex: '',
    options: [],
    multi: true,
    includeAll: true,
    ...(!follows && { allValue: '.+' }),
    current: { text: 'All', value: '$__all' },
  };
}

/** Only the reader knows how a browser reaches the exporter. */
function exporterVariable(): object {
  const { variable, usual } = EXPORTER_URL;
  return {
    type: 'textbox',
    name: variable,
    label: 'meshladder at',
    description: 'Where your browser reaches the exporter: its page and its runbooks are linked from here.',
    query: usual,
    hide: 0,
    current: { text: usual, value: usual },
    options: [{ selected: true, text: usual, value: usual }],
  };
}
