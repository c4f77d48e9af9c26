import type { RunningService } from './running-service';

/** One scrape: the value of each series, by its name and labels as printed. */
export class Scrape {
  private constructor(private readonly values: ReadonlyMap<string, number>) {}

  static async of(service: RunningService): Promise<Scrape> {
    const { body } = await service.request<string>('/metrics', { as: null, origin: service.managementUrl });
    const lines = body.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Scrape(
      new Map(
        lines.map((line): [string, number] => {
          const space = line.lastIndexOf(' ');
          return [line.slice(0, space), Number(line.slice(space + 1))];
        }),
      ),
    );
  }

  /** @param series such as `db_queries_total{query_type="SELECT"}`; undefined when it does not exist */
  value(series: string): number | undefined {
    return this.values.get(series);
  }

  /** The sum of all series of this name. */
  sum(name: string): number {
    return this.named(name).reduce((sum, series) => sum + this.values.get(series)!, 0);
  }

  /** The series of this name, with their labels. */
  named(name: string): string[] {
    return [...this.values.keys()].filter((series) => series === name || series.startsWith(`${name}{`));
  }
}

/** How many statements the service sends to the database during the work. */
export async function statementsDuring(service: RunningService, work: () => Promise<unknown>): Promise<number> {
  const before = await Scrape.of(service);
  await work();
  const after = await Scrape.of(service);
  return after.sum('db_queries_total') - before.sum('db_queries_total');
}
