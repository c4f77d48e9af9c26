import { execFile } from 'node:child_process';
import { createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { ChildServer, freePort } from '../../../test/monitoring/support/child-server';
import type { MonitoringPrograms } from '../../../test/monitoring/support/programs';

const run = promisify(execFile);

export interface StoredSeries {
  readonly metric: Readonly<Record<string, string>>;
  /** Seconds and value. */
  readonly values: readonly (readonly [number, string])[];
}

/** A Prometheus that scrapes nothing: it has the samples that are written into it. */
export class Store {
  private server?: ChildServer;

  constructor(
    private readonly programs: MonitoringPrograms,
    private readonly directory: string,
  ) {
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, 'prometheus.yml'), '{}\n');
  }

  /** @param samples lines of the format OpenMetrics */
  async add(samples: Iterable<string>): Promise<void> {
    await this.stop();
    const file = join(this.directory, 'samples.txt');
    await pipeline(Readable.from(chunks(samples)), createWriteStream(file));
    await run(this.programs.promtool, [
      ...['tsdb', 'create-blocks-from', 'openmetrics'],
      // It reads the file once per block.
      ...['--max-block-duration=500h', '--quiet', file, join(this.directory, 'data')],
    ]);
    rmSync(file);
  }

  async range(query: string, start: number, end: number, step: number): Promise<StoredSeries[]> {
    return this.ask('query_range', { query, start: String(start), end: String(end), step: String(step) });
  }

  async instant(query: string, time: number): Promise<StoredSeries[]> {
    const result = await this.ask<{ metric: Record<string, string>; value: [number, string] }>('query', {
      query,
      time: String(time),
    });
    return result.map(({ metric, value }) => ({ metric, values: [value] }));
  }

  async stop(): Promise<void> {
    await this.server?.stop();
    this.server = undefined;
  }

  private async ask<Result = StoredSeries>(path: string, parameters: Record<string, string>): Promise<Result[]> {
    this.server ??= await this.start();
    const body = new URLSearchParams(parameters);
    const response = await fetch(`${this.server.url}/api/v1/${path}`, { method: 'POST', body });
    const { status, data, error } = (await response.json()) as {
      status: string;
      error?: string;
      data: { result: Result[] };
    };
    if (status !== 'success') throw new Error(`${parameters.query}\n${error}`);
    return data.result;
  }

  private async start(): Promise<ChildServer> {
    const port = await freePort();
    return ChildServer.start(
      this.programs.prometheus,
      [
        `--config.file=${join(this.directory, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(this.directory, 'data')}`,
        '--storage.tsdb.retention.time=10y',
        `--web.listen-address=127.0.0.1:${port}`,
        // There are no marks where a series ends.
        '--query.lookback-delta=45s',
        '--log.level=warn',
      ],
      `http://127.0.0.1:${port}`,
      '/-/ready',
    );
  }
}

function* chunks(lines: Iterable<string>): Generator<string> {
  let chunk: string[] = [];
  for (const line of lines) {
    if (chunk.push(line) === 5_000) {
      yield `${chunk.join('\n')}\n`;
      chunk = [];
    }
  }
  yield `${[...chunk, '# EOF'].join('\n')}\n`;
}
