import { type DumpJson, readDumpJson } from './envoy-dump.ts';

/**
 * The recorded dump of a proxy as it would be in a mesh many times as large: all that istiod sends again and again, under
 * other names.
 * @param name `healthy/POD.envoy`
 */
export async function largeDump(name: string, times: number): Promise<Buffer> {
  const { configs } = await readDumpJson(name);
  const parts = configs.map((part) =>
    Object.fromEntries(
      Object.entries(part).map(([key, list]) => [key, /^dynamic/.test(key) ? repeated(list, times) : list]),
    ),
  );
  const dump: DumpJson = { configs: parts };
  return Buffer.from(JSON.stringify(dump));
}

function repeated(list: unknown, times: number): unknown {
  if (!Array.isArray(list)) return list;
  return list.flatMap((item: unknown) => {
    const text = JSON.stringify(item);
    return Array.from({ length: times }, (_, nth): unknown => (nth === 0 ? item : JSON.parse(renamed(text, nth))));
  });
}

/** Every service, and every resource that is named after an address or a port. */
function renamed(text: string, nth: number): string {
  return text
    .replaceAll('svc.cluster.local', `x${nth}.svc.cluster.local`)
    .replaceAll(/"((?:route_config_|routeConfig)?[nN]ame)":"([\w.]+)"/g, `"$1":"$2-${nth}"`);
}
