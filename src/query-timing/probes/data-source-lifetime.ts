import type { DataSource } from 'typeorm';
import { replaceMethod } from './method-replacement';

/** What happens to a DataSource. It must not refer to the DataSource, or that stays in memory until it is destroyed. */
export interface LifetimeListener {
  /** It is about to be initialised, perhaps again. */
  opened(): void;
  /** It has been initialised. */
  ready(): void;
  /** It is destroyed, or nothing refers to it any more. */
  closed(): void;
}

const garbage = new FinalizationRegistry<LifetimeListener>((listener) => listener.closed());

/** @returns the function that stops following */
export function followLifetime(dataSource: DataSource, listener: LifetimeListener): () => void {
  const token = {};
  let following = true;
  const forget = () => garbage.unregister(token);
  const opened = (opening: DataSource) => {
    if (!following) return;
    forget();
    garbage.register(opening, listener, token);
    listener.opened();
  };
  const closed = () => {
    if (!following) return;
    forget();
    listener.closed();
  };

  const restoreInitialize = replaceMethod(
    dataSource,
    'initialize',
    (original) =>
      function (this: DataSource) {
        opened(this);
        const initialized = original.call(this);
        initialized.then(
          () => following && listener.ready(),
          () => undefined,
        );
        return initialized;
      },
  );
  const restoreDestroy = replaceMethod(
    dataSource,
    'destroy',
    (original) =>
      function (this: DataSource) {
        const destroyed = original.call(this);
        destroyed.then(closed, () => undefined);
        return destroyed;
      },
  );
  garbage.register(dataSource, listener, token);
  return () => {
    following = false;
    forget();
    restoreInitialize();
    restoreDestroy();
  };
}
