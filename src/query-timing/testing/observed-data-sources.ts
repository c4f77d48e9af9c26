import { DataSource } from 'typeorm';
import { installationListeners, installedTiming, OBSERVATION } from '../installed-timing';
import { install } from '../install';
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

/** Those that observe at the moment. */
const started = new Set<ObservedDataSources>();

/**
 * What observes all DataSources: those that had a timing or were initialised after this module was loaded, and those that
 * are initialised meanwhile, by the work or beside it.
 */
export class ObservedDataSources {
  private readonly ends = new Map<DataSource, () => void>();
  private isInstalling = false;
  private readonly listener = (dataSource: object) => this.installed(dataSource as DataSource);

  constructor(private readonly observer: StatementObserver) {}

  start(): void {
    const all = [...known].flatMap((reference) => reference.deref() ?? []);
    for (const dataSource of all) if (dataSource.isInitialized) this.observe(dataSource);
    installationListeners.add(this.listener);
    started.add(this);
  }

  initialized(dataSource: DataSource): void {
    try {
      this.observe(dataSource);
    } catch {
      // The application must not notice; its statements are then missing in the work.
    }
  }

  /** The application has installed a timing, perhaps in the place of the one that was there for the observation. */
  private installed(dataSource: DataSource): void {
    if (this.isInstalling) return;
    this.ends.get(dataSource)?.();
    this.ends.delete(dataSource);
    this.observe(dataSource);
  }

  stop(): void {
    started.delete(this);
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
    const timing = present ?? this.install(dataSource);
    const end = timing.observe(this.observer);
    if (end === undefined) return;
    this.ends.set(dataSource, () => {
      end();
      if (present === undefined) timing.uninstall();
    });
  }

  private install(dataSource: DataSource): QueryTiming {
    this.isInstalling = true;
    try {
      return install(dataSource, { collectStats: false }, silent, () => false, OBSERVATION);
    } finally {
      this.isInstalling = false;
    }
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
    for (const one of started) one.initialized(this);
    return initialized;
  };
}

watch();
