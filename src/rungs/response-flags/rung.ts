import { known } from '../../model/observed.ts';
import { LINE_RESULTS, type Traffic } from '../../model/traffic.ts';
import { defineRungInSteps, type Rung } from '../rung.ts';
import { type Gathered, noSamples } from '../samples.ts';
import { addAccessLogging } from './access-logging.ts';
import { RULES } from './alerts.ts';
import { examineResponseFlags } from './examine.ts';
import { FAMILIES } from './families.ts';
import { addRequests } from './requests.ts';

type Lists = Gathered<typeof FAMILIES>;

/** Rung 9: the flags that sidecars log, with what is needed to read them. */
export const responseFlags: Rung<typeof FAMILIES> = defineRungInSteps({
  id: 'response-flags',
  number: 9,
  question: 'Which flags do the sidecars log, and what do they mean?',
  reads: ['controlPlane', 'cluster', 'history', 'traffic'],
  families: FAMILIES,
  rules: RULES,
  *evaluateInSteps(snapshot) {
    const lists = noSamples(FAMILIES);
    const traffic = known(snapshot.traffic);
    if (traffic !== undefined) {
      addRequests(lists, snapshot.settings.meshCluster, traffic);
      addIntake(lists, traffic);
    }
    yield* addAccessLogging(lists, snapshot);
    return lists;
  },
  examine: examineResponseFlags,
});

/** Of the exporter itself: no mesh_cluster. */
function addIntake(lists: Lists, { intake }: Traffic): void {
  for (const { source, lines, newestLineAt } of intake) {
    for (const result of LINE_RESULTS) lists.accessLogLines.push({ labels: { source, result }, value: lines[result] });
    if (newestLineAt !== undefined) lists.newestLine.push({ labels: { source }, value: newestLineAt });
  }
}
