import { findTool } from '../../scripts/find-tool.ts';

const prometheus = findTool('prometheus');
const alertmanager = findTool('prometheus-alertmanager');

/** The programs of a whole alerting chain; why a test without them is skipped, or false. */
export const ALERTING_TOOLS: {
  readonly prometheus: string | undefined;
  readonly alertmanager: string | undefined;
  readonly skip: string | false;
} = {
  prometheus,
  alertmanager,
  skip:
    prometheus === undefined || alertmanager === undefined
      ? 'no Prometheus or no Alertmanager here: `node scripts/test-tools.ts` tries to get them'
      : false,
};
