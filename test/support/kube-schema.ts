import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import type { KubeObject } from './chart.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/kube-schemas', import.meta.url));
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
const compiled = new Map<string, ValidateFunction>();

/** What is wrong with an object by the schema of its kind: unknown fields too, which a server would drop in silence. */
export function schemaProblems(object: KubeObject): readonly string[] {
  const file = schemaFile(object);
  if (!existsSync(`${FOLDER}/${file}`)) return [`${object.kind}: no schema ${file}`];
  const validate = compiled.get(file) ?? ajv.compile(JSON.parse(readFileSync(`${FOLDER}/${file}`, 'utf8')) as object);
  compiled.set(file, validate);
  const valid: boolean = validate(object);
  if (valid) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${object.kind} ${object.metadata.name} ${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}

/** `Deployment` of `apps/v1` is in `deployment-apps-v1.json`. */
function schemaFile({ apiVersion, kind }: KubeObject): string {
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const part = (group ?? '').split('.')[0];
  return `${[kind.toLowerCase(), ...(part === '' ? [] : [part]), version].join('-')}.json`;
}
