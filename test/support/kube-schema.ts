import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv, type ValidateFunction } from 'ajv';
import type { KubeObject } from '../../scripts/helm.ts';
import { OPERATOR_SCHEMAS } from './operator-schemas.ts';

const FOLDER = fileURLToPath(new URL('../fixtures/kube-schemas', import.meta.url));
const ajv = new Ajv({ strict: false, allErrors: true, validateFormats: false });
const compiled = new Map<string, ValidateFunction>();

/** What is wrong with an object by the schema of its kind: unknown fields too, which a server would drop in silence. */
export function schemaProblems(object: KubeObject): readonly string[] {
  const schema = schemaOf(object);
  if (schema === undefined) return [`${object.apiVersion} ${object.kind}: there is no schema of it`];
  const validate = compiled.get(object.kind) ?? ajv.compile(schema);
  compiled.set(object.kind, validate);
  const valid: boolean = validate(object);
  if (valid) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${object.kind} ${object.metadata.name} ${instancePath}: ${message} ${JSON.stringify(params)}`,
  );
}

/** `Deployment` of `apps/v1` is in `deployment-apps-v1.json`. */
function schemaOf({ apiVersion, kind }: KubeObject): object | undefined {
  const [group = '', version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  if (group === 'monitoring.coreos.com') return OPERATOR_SCHEMAS[kind];
  const [part = ''] = group.split('.');
  const file = `${FOLDER}/${[kind.toLowerCase(), ...(part === '' ? [] : [part]), version].join('-')}.json`;
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as object) : undefined;
}
