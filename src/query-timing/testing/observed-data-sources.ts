import { DataSource } from 'typeorm';
import { installedTiming, installationListeners } from '../installed-timing';
import { installQueryTiming } from '../install';
import type { QueryTiming } from '../query-timing';
import type { StatementObserver } from '../recorder/statement-observer';

const silent = { warn: () => undefined };

/** Those that a test may have used, without keeping them in memory. */
const known = new Set<WeakRef<DataSource>>();

function note(dataSource: DataSource): void {
  for (const reference of known) {
    const other = reference.deref();
    if (other === dataSource) return;
    if (other === undefined) known.delete(reference);
  }
  known.add(new WeakRef(dataSource));
}

/** What observes all DataSources: those that had a timing or were initialised after this module was loaded. */
export class ObservedDataSources {
  private readonly ends = new Map<DataSource, () => void>();
  private readonly listener = (dataSource: object) => this.observe(dataSource as DataSource);

  constructor(private readonly observer: StatementObserver) {}

  start(): void {
    const all = [...known].flatMap((reference) => reference.deref() ?? []);
    for (const dataSource of all) if (dataSource.isInitialized) this.observe(dataSource);
    installationListeners.add(this.listener);
  }

  stop(): void {
    installationListeners.delete(this.listener);
    for (const end of this.ends.values()) end();
    this.ends.clear();
  }

  /** Why no statement was seen; undefined if there is a DataSource that was observed. */
  get mistake(): string | undefined {
    if (this.ends.size > 0) return undefined;
    const all = [...known].flatMap((reference) => reference.deref() ?? []);
    if (all.some((dataSource) => dataSource.isInitialized && installedTiming.of(dataSource) !== undefined)) {
      return 'The query timing of every DataSource is switched off, so no statement can be counted.';
    }
    return (
      'There is no initialised DataSource, so no statement can be counted. Initialise it before the work, and after ' +
      "'nestjs-query-timing/testing' is imported."
    );
  }

  /** By its timing, or by one for the duration of the observation. */
  private observe(dataSource: DataSource): void {
    if (this.ends.has(dataSource)) return;
    const present = installedTiming.of(dataSource) as QueryTiming | undefined;
    const timing = present ?? installQueryTiming(dataSource, { logger: silent, collectStats: false });
    const end = timing.observe(this.observer);
    if (end === undefined) return;
    this.ends.set(dataSource, () => {
      end();
      if (present === undefined) timing.uninstall();
    });
  }
}

/** Notes the DataSources that a test initialises, and those that get a timing. */
function watch(): void {
  installationListeners.add((dataSource) => note(dataSource as DataSource));
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called with the DataSource as this
  const { initialize } = DataSource.prototype;
  DataSource.prototype.initialize = async function (this: DataSource) {
    const initialized = await initialize.call(this);
    note(this);
    return initialized;
  };
}

watch();
