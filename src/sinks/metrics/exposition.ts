import { type Shard, UNDIVIDED } from '../../model/shard.ts';
import type { MeshSnapshot } from '../../model/snapshot.ts';
import type { Rung, Sample } from '../../rungs/rung.ts';
import { type Evaluation, evaluateRung, type RungSamples } from './evaluate-rung.ts';
import { createFamilyText, type FamilyText } from './family-text.ts';
import { createPacker } from './pack-parts.ts';
import { createPageParts, type PageParts } from './page-parts.ts';
import type { SelfMetrics } from './self-metrics.ts';
import { createSeriesCap, type SeriesCap } from './series-cap.ts';
import { createShardFilter } from './shard-samples.ts';

/** One scrape's answer, the same bytes for everyone who asks while the snapshot stands. */
export interface Page {
  /** One after the other they are the page. */
  readonly parts: readonly Buffer[];
  /** The same of the page as a gzip file, packed once for all who ask. */
  gzipped(): Promise<readonly Buffer[]>;
}

export interface ExpositionOptions {
  readonly ladder: readonly Rung[];
  /** One of each cluster; the same list as long as all of them are the same. */
  readonly read: () => readonly MeshSnapshot[];
  readonly self: SelfMetrics;
  /** The most series of a family, by name. */
  readonly maxSeries: (family: string) => number;
  /** Only what is its own is written; default: all. */
  readonly shard?: Shard | undefined;
  readonly log: { error(fields: object, message: string): void };
}

interface Column {
  readonly rung: Rung;
  readonly families: readonly {
    readonly key: string;
    readonly name: string;
    readonly text: FamilyText;
    readonly cap: SeriesCap;
    readonly ownOf: (samples: readonly Sample[]) => readonly Sample[];
  }[];
}

/**
 * Writes the ladder's metrics, one page for the snapshots of one moment. A page is made when it is asked for, in slices,
 * and kept while the snapshots stay the same; scrapes that come meanwhile share it, so no two renderings ever interleave.
 * A rung that throws loses its own families of that cluster in that page and nothing else.
 */
export function createExposition(options: ExpositionOptions): () => Promise<Page> {
  const columns = options.ladder.map((rung) => columnOf(rung, options));
  const pack = createPacker();
  const said = new Set<string>();
  const sayOnce = (
    fields: { readonly rung?: string; readonly cluster?: string; readonly family?: string; readonly err?: unknown },
    message: string,
  ): void => {
    const key = `${fields.rung} ${fields.cluster} ${fields.family} ${message} ${fields.err}`;
    if (said.has(key) || said.size >= 1000) return;
    said.add(key);
    options.log.error(fields, message);
  };
  const render = async (snapshots: readonly MeshSnapshot[]): Promise<Page> => {
    const startedAt = performance.now();
    const page = createPageParts();
    for (const column of columns) {
      const found: RungSamples[] = [];
      let seconds = 0;
      for (const snapshot of snapshots) {
        const evaluated = await evaluate(column.rung, snapshot, { ...options, sayOnce, giveWay: page.giveWay });
        found.push(evaluated.samples);
        seconds += evaluated.seconds;
        // What a rung does in one go may be long: nothing is added to it.
        await page.pause();
      }
      options.self.rungTook(column.rung.id, seconds);
      for (const piece of columnPieces(column, found, { ...options, sayOnce })) await page.add(piece);
      await page.pause();
    }
    await page.add(Buffer.from(await options.self.text()));
    options.self.rendered((performance.now() - startedAt) / 1000);
    return createPage(page.all(), pack);
  };

  return shareRendering(options.read, render);
}

/** One rendering at a time, of the newest snapshot, for all who ask while it stands. A failed one is not kept. */
function shareRendering<S, P>(read: () => S, render: (snapshot: S) => Promise<P>): () => Promise<P> {
  let current: { readonly snapshot: S; readonly page: Promise<P> } | undefined;
  let busy: Promise<void> | undefined;
  const start = (snapshot: S): Promise<P> => {
    const page = render(snapshot);
    const rendering = { snapshot, page };
    current = rendering;
    const done = (ok: boolean) => (): void => {
      busy = undefined;
      if (!ok && current === rendering) current = undefined;
    };
    busy = page.then(done(true), done(false));
    return page;
  };
  return async () => {
    while (busy !== undefined && current?.snapshot !== read()) await busy;
    const snapshot = read();
    return current?.snapshot === snapshot ? current.page : start(snapshot);
  };
}

function columnOf(rung: Rung, { self, maxSeries, shard = UNDIVIDED }: ExpositionOptions): Column {
  return {
    rung,
    families: Object.entries(rung.families).map(([key, family]) => {
      // Both begin at 0: an increase from nothing is none to PromQL.
      self.seriesCapped(family.name, 0);
      self.seriesRepeated(family.name, 0);
      return {
        key,
        name: family.name,
        text: createFamilyText(family),
        ownOf: createShardFilter(family, shard),
        cap: createSeriesCap(family, maxSeries(family.name), (count) => self.seriesCapped(family.name, count)),
      };
    }),
  };
}

interface PieceOptions extends ExpositionOptions {
  readonly sayOnce: (
    fields: { readonly rung?: string; readonly cluster?: string; readonly family?: string; readonly err?: unknown },
    message: string,
  ) => void;
}

/** The bytes of one rung's families, piece by piece. */
function* columnPieces(
  { rung, families }: Column,
  found: readonly RungSamples[],
  options: PieceOptions,
): Generator<Buffer> {
  for (const { key, name, text, cap, ownOf } of families) {
    const onRepeat = (): void => {
      options.self.seriesRepeated(name, 1);
      options.sayOnce({ rung: rung.id, family: name }, 'a label set came twice in one scrape; only the first is shown');
    };
    yield* text.pieces(cap.apply(ownOf(samplesOf(found, key))), onRepeat);
  }
}

/** Of all clusters: a family is written once. */
function samplesOf(found: readonly RungSamples[], key: string): readonly Sample[] {
  const [first, ...others] = found.map((samples) => samples[key] ?? []);
  return others.length === 0 ? (first ?? []) : [...(first ?? []), ...others.flat()];
}

async function evaluate(
  rung: Rung,
  snapshot: MeshSnapshot,
  { self, sayOnce, giveWay }: PieceOptions & Pick<PageParts, 'giveWay'>,
): Promise<Evaluation> {
  const evaluation = await evaluateRung(rung, snapshot, giveWay);
  const { error: err } = evaluation;
  if (err !== undefined) {
    const { meshCluster: cluster } = snapshot.settings;
    self.rungFailed(rung.id, cluster);
    sayOnce({ rung: rung.id, cluster, err }, 'a rung failed; its metrics are missing from the scrape');
  }
  return evaluation;
}

function createPage(parts: readonly Buffer[], pack: (parts: readonly Buffer[]) => Promise<readonly Buffer[]>): Page {
  let packed: Promise<readonly Buffer[]> | undefined;
  return {
    parts,
    gzipped: () => {
      packed ??= pack(parts).catch((error: unknown) => {
        packed = undefined;
        throw error;
      });
      return packed;
    },
  };
}
