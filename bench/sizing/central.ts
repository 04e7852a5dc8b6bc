import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, stringify } from 'yaml';
import { startDemo } from '../load/demo-process.ts';
import { startExporter } from './exporter-process.ts';
import { type Needs, watch } from './watch.ts';

/** A `central` before the embedded mesh of so many proxies, with an incident again and again. */
export async function measureCentral(folder: string, proxies: number, minutes: number): Promise<Needs> {
  const demo = await startDemo(folder, { proxies, profile: false });
  try {
    // The exporter of the demo is scraped twice a second by its narrator: another one beside it is measured.
    const exporter = await startExporter(configFileBeside(folder));
    try {
      return await watch(exporter, minutes);
    } finally {
      await exporter.stop();
    }
  } finally {
    await demo.stop();
  }
}

function configFileBeside(folder: string): string {
  const found = readdirSync(folder, { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('config.yaml'));
  if (found === undefined) throw new Error(`the demo has written no config.yaml under ${folder}`);
  const config = parse(readFileSync(join(folder, found), 'utf8')) as Record<string, object>;
  const own = {
    ...config,
    role: 'central',
    accessLog: { mode: 'off' },
    history: { file: join(folder, 'history.json') },
  };
  const file = join(folder, 'central.yaml');
  writeFileSync(file, stringify(own));
  return file;
}
