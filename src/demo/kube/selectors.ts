import type { KubeObject } from './object.ts';
import { badRequest } from './refusal.ts';
import type { Resource } from './resources.ts';

/** Whether an object is asked for. */
export type Wanted = (object: KubeObject) => boolean;

type Labels = Readonly<Record<string, string>>;
type Requirement = (labels: Labels) => boolean;

const NAME = '[A-Za-z0-9][-A-Za-z0-9_./]*';
const SET_BASED = new RegExp(String.raw`^(${NAME})\s+(in|notin)\s*\(([^()]*)\)$`);
const EQUALITY = new RegExp(String.raw`^(${NAME})\s*(==|=|!=)\s*([-A-Za-z0-9_.]*)$`);
const EXISTENCE = new RegExp(`^(!?)\\s*(${NAME})$`);

/**
 * `labelSelector` and `fieldSelector` of a request as one test; undefined when neither is given.
 * @throws Refusal 400 for what the API server would not parse
 */
export function wantedBy(resource: Resource, query: URLSearchParams): Wanted | undefined {
  const labels = splitSelector(query.get('labelSelector') ?? '').map(requirement);
  const fields = (query.get('fieldSelector') ?? '').split(',').filter((part) => part !== '');
  const tests = fields.map((part) => fieldTest(resource, part));
  if (labels.length === 0 && tests.length === 0) return undefined;
  return (object) =>
    labels.every((holds) => holds(object.metadata.labels ?? {})) && tests.every((holds) => holds(object));
}

/** Splits at commas that stand outside parentheses. */
function splitSelector(text: string): string[] {
  return text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
}

function requirement(text: string): Requirement {
  const set = SET_BASED.exec(text);
  if (set !== null) return setBased(set);
  const [, key = '', operator, value = ''] = EQUALITY.exec(text) ?? [];
  if (operator === '!=') return (labels) => labels[key] !== value;
  if (operator !== undefined) return (labels) => labels[key] === value;
  const existence = EXISTENCE.exec(text);
  if (existence === null) throw unparsable(text);
  const [, not, name = ''] = existence;
  return (labels) => (labels[name] !== undefined) === (not === '');
}

function setBased([, key = '', operator, list = '']: RegExpExecArray): Requirement {
  const values = new Set(list.split(',').map((value) => value.trim()));
  return operator === 'in'
    ? (labels) => labels[key] !== undefined && values.has(labels[key])
    : (labels) => labels[key] === undefined || !values.has(labels[key]);
}

/** `a===b c` is refused with this very wording. */
function unparsable(text: string): Error {
  const found = /[=!<>]{1,2}\s*([=!<>])/.exec(text)?.[1] ?? text.slice(0, 1);
  return badRequest(`unable to parse requirement: found '${found}', expected: identifier`);
}

/** Fields by which pods can be chosen, beside those every object has. */
const POD_FIELDS = ['spec.nodeName', 'spec.restartPolicy', 'spec.serviceAccountName', 'status.phase', 'status.podIP'];
const COMMON_FIELDS = ['metadata.name', 'metadata.namespace'];

function fieldTest(resource: Resource, text: string): Wanted {
  const [, path = '', operator = '', value = ''] = /^([\w.]+)\s*(==|=|!=)\s*(.*)$/.exec(text) ?? [];
  const known = resource.plural === 'pods' ? [...COMMON_FIELDS, ...POD_FIELDS] : COMMON_FIELDS;
  if (operator === '') throw badRequest(`invalid selector: '${text}'; can't understand '${text}'`);
  if (!known.includes(path)) throw badRequest(`field label not supported: ${path}`);
  return (object) => (fieldOf(object, path) === value) === (operator !== '!=');
}

/** A field that is not set counts as the empty string. */
function fieldOf(object: KubeObject, path: string): string {
  let at: unknown = object;
  for (const step of path.split('.')) {
    at = typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[step] : undefined;
  }
  return typeof at === 'string' ? at : '';
}
