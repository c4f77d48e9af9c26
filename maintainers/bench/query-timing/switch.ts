import type { DataSource } from 'typeorm';
import type { Contender } from './measure';

/** Everything of a DataSource that a way to time queries changes. */
interface Hold {
  readonly subscribers: DataSource['subscribers'];
  readonly driver: Readonly<Record<string, unknown>>;
}

const METHODS = ['createQueryRunner', 'obtainMasterConnection', 'obtainSlaveConnection'] as const;

function holdOn(dataSource: DataSource): Hold {
  const driver = dataSource.driver as unknown as Record<string, unknown>;
  return {
    subscribers: [...dataSource.subscribers],
    driver: Object.fromEntries(METHODS.map((name) => [name, driver[name]])),
  };
}

/**
 * Attaches something once, and then switches between the state before and after: as in an application, its functions
 * and what V8 knows about them are kept.
 */
export function switched(dataSource: DataSource, name: string, attach: () => void): Contender {
  const without = holdOn(dataSource);
  attach();
  const attached = holdOn(dataSource);
  const set = ({ subscribers, driver }: Hold) => {
    Object.assign(dataSource, { subscribers });
    Object.assign(dataSource.driver, driver);
  };
  set(without);
  return { name, on: () => set(attached), off: () => set(without) };
}

export function attachSubscribers(dataSource: DataSource, subscribers: DataSource['subscribers']): void {
  Object.assign(dataSource, { subscribers: [...dataSource.subscribers, ...subscribers] });
}
