import { listAt, numberAt, objectsAt, textAt } from '../../../model/spec-paths.ts';
import type { ConfigObject } from '../../../model/workload.ts';
import type { Analyzer } from '../analyzer.ts';
import { refOf } from '../analyzer.ts';
import { meshOf } from '../mesh.ts';

/** A ServiceEntry has TCP ports and no address to tell their traffic by. */
export const serviceEntryAddress: Analyzer = {
  codes: ['IST0134'],
  needs: ['serviceentries.networking.istio.io', 'meshConfigs'],
  analyze(world, report) {
    if (meshOf(world).allocatesAddresses) return;
    for (const object of world.config('serviceentries.networking.istio.io')) {
      if (listAt(object.spec, 'addresses').length > 0 || listAt(object.status, 'addresses').length > 0) continue;
      for (const port of portsByAddress(object)) report('IST0134', refOf(object), { port });
    }
  },
};

/** Those whose traffic is told by its address alone. */
function portsByAddress({ spec }: ConfigObject): readonly string[] {
  const ports = objectsAt(spec, 'ports').filter((port) => ['', 'TCP'].includes(textAt(port, 'protocol').toUpperCase()));
  return ports.map((port) => String(numberAt(port, 'number') ?? 0));
}
