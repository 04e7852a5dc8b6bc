import { proxyTable } from '../../../model/proxy-table.ts';
import type { MeshSnapshot } from '../../../model/snapshot.ts';
import { proxyDocument } from '../../report/proxy-status-json.ts';
import { jsonAnswer, type Route } from '../answer.ts';
import { proxyList } from './proxy-list.ts';
import { trafficPairs } from './traffic-pairs.ts';

/** What the page asks for beside the API: cut to a screen, and free to change with the page. */
export function pageDataRoutes(read: () => MeshSnapshot): readonly Route[] {
  return [
    {
      path: '/page/proxies.json',
      answer: ({ query }) => jsonAnswer(200, proxyList(proxyTable(read()), query)),
    },
    {
      path: '/page/proxy.json',
      // Clusters may have proxies of equal names.
      answer: ({ query }) => {
        const [namespace, name] = [query.get('namespace'), query.get('name')];
        const rows = proxyTable(read()).filter((row) => row.name === name && row.namespace === namespace);
        return jsonAnswer(200, rows.map(proxyDocument));
      },
    },
    {
      path: '/page/traffic.json',
      answer: ({ query }) => jsonAnswer(200, trafficPairs(read(), query)),
    },
  ];
}
