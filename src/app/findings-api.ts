import type { ApiDocument } from '../sinks/http/api-answer.ts';
import { type FindingsQuestion, findingsDocument, readLevel } from '../sinks/report/findings-json.ts';
import type { Mesh } from './mesh.ts';

/** `/api/v1/findings`: what analysis found, or of it a namespace, a code or a level. */
export function findingsApi(mesh: Mesh): ApiDocument {
  return {
    about: 'what is wrong with the configuration, since when, and what could not be looked for, as JSON',
    refuse: (query) => {
      const level = query.get('level');
      const isLevel = !level || readLevel(level) !== undefined;
      return isLevel ? undefined : 'level: give error, warning or info';
    },
    document: (query) => findingsDocument(mesh.readNow(), questionOf(query)),
  };
}

/** A filter that stands empty is none. */
function questionOf(query: URLSearchParams): FindingsQuestion {
  const [namespace, code] = [query.get('namespace'), query.get('code')];
  const level = readLevel(query.get('level') ?? '');
  return { ...(namespace && { namespace }), ...(code && { code }), ...(level !== undefined && { level }) };
}
