import type { DataSource } from 'typeorm';
import type { PoolReading } from '../model/pool-reading';
import { hasReadablePool, readPools } from './pool-reader';

export interface PoolWatch {
  /** Called once if a pool cannot be read, for example that of another library. It has no readings then. */
  unreadable(): void;
  /** Called once if reading it throws. */
  failed(error: unknown): void;
}

/** Reads the pools of a DataSource at any time, without keeping it in memory. Undefined if its driver has none to read. */
export function poolReaderOf(dataSource: DataSource, watch: PoolWatch): (() => readonly PoolReading[]) | undefined {
  if (!hasReadablePool(dataSource)) return undefined;
  const weak = new WeakRef(dataSource);
  let isReported = false;
  const report = (call: () => void) => {
    if (!isReported) call();
    isReported = true;
    return [];
  };
  return () => {
    try {
      const alive = weak.deref();
      return (alive === undefined ? [] : readPools(alive)) ?? report(() => watch.unreadable());
    } catch (error) {
      return report(() => watch.failed(error));
    }
  };
}
