import { FIELDS, variableOf } from '../../config/overrides.ts';
import { codes, type GeneratedPage, page, table } from './document.ts';

/** Every key of the configuration file. */
export function configurationPage(): GeneratedPage {
  const sections = Map.groupBy(FIELDS, ([path]) => (path.includes('.') ? (path.split('.')[0] ?? '') : ''));
  const parts = [...sections].flatMap(([section, fields]) => [
    ...(section === '' ? [] : [`## ${section}`]),
    table(
      ['Key', 'Default', 'Value', 'Meaning'],
      fields.map(([path, { fallback, kind, doc }]) => [`\`${path}\``, defaultText(fallback), kind, doc]),
    ),
  ]);
  return page('docs/configuration.md', 'Configuration', [
    'One YAML file, given with `--config.file`. It is read strictly: an unknown key, a value of another kind or two keys that contradict each ' +
      'other are errors, all told at once. `meshladder check-config FILE` tells them without starting anything.',
    'An environment variable wins over the file, and a flag over both. ' +
      `The variable of a key is its path in capitals: \`istiod.fastInterval\` is \`${variableOf('istiod.fastInterval')}\`; items of a list are separated by commas. ` +
      'The flags are in [commands.md](commands.md).',
    ...parts,
  ]);
}

function defaultText(fallback: unknown): string {
  if (fallback === undefined) return '';
  if (Array.isArray(fallback)) return fallback.length === 0 ? '`[]`' : codes(fallback.map(String));
  if (typeof fallback !== 'object' || fallback === null) return `\`${String(fallback)}\``;
  return codes(Object.entries(fallback).map(([key, value]) => `${key}: ${String(value)}`));
}
