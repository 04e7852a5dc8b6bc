import { type GeneratedPage, page, table } from '../docs/document.ts';
import type { Value, ValueGroup, Values } from './value.ts';

/** The chart's README: how to begin, and every value. */
export function valuesReadme(values: Values): GeneratedPage {
  const entries = Object.entries(values);
  const single = entries.flatMap(([key, value]) => (value.kind === 'value' ? [row(key, value)] : []));
  const grouped = entries.flatMap(([key, value]) => (value.kind === 'group' ? section(key, value) : []));
  return page('deploy/chart/README.md', 'meshladder', [
    'Runs [meshladder](../../README.md) in a cluster, with Helm 3 or 4. What it installs, with which rights, and how to see that it works: [docs/install.md](../../docs/install.md).',
    '```sh\nhelm upgrade --install meshladder deploy/chart --namespace istio-system \\\n  --set image.registry=registry.example.com/mesh\n```',
    'A value that is misspelled is refused, as is one of another kind: `values.schema.json` holds them all, those below `config` too. Values files for various clusters are in [ci/](ci).',
    '## Values',
    tableOf(single),
    ...grouped,
  ]);
}

function section(key: string, group: ValueGroup): readonly string[] {
  return [`### ${key}`, group.doc, tableOf(rows(key, group.values))];
}

type Row = readonly [string, string, string];

function rows(path: string, values: Values): readonly Row[] {
  return Object.entries(values).flatMap(([key, value]) => {
    const own = `${path}.${key}`;
    return value.kind === 'value' ? [row(own, value)] : rows(own, value.values);
  });
}

function row(path: string, { fallback, doc }: Value): Row {
  return [`\`${path}\``, `\`${JSON.stringify(fallback)}\``, doc];
}

function tableOf(all: readonly Row[]): string {
  return table(['Value', 'Default', 'Meaning'], all);
}
