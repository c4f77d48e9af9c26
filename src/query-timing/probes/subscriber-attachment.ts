import type { DataSource, EntitySubscriberInterface } from 'typeorm';
import { replaceMethod } from './method-replacement';

/** A step of `initialize()`, the same in TypeORM 0.3 and 1.x. */
interface Initializing {
  buildMetadatas: () => Promise<void>;
}

/**
 * Adds a subscriber to the DataSource, whether or not it is initialised, and again on each `initialize()`: that creates a
 * new list of subscribers while it builds the metadata. The subscriber is added directly after that step, which is
 * before migrations and schema synchronisation run.
 */
export function attachSubscriber(dataSource: DataSource, subscriber: EntitySubscriberInterface): () => void {
  let attached = true;
  const add = () => {
    if (attached && !dataSource.subscribers.includes(subscriber)) dataSource.subscribers.push(subscriber);
  };
  const restore = replaceMethod(
    dataSource as unknown as Initializing,
    'buildMetadatas',
    (original) =>
      async function (this: unknown) {
        await original.call(this as Initializing);
        add();
      },
  );
  add();
  return () => {
    attached = false;
    restore();
    // A new list: TypeORM may be iterating over the current one.
    const others = dataSource.subscribers.filter((other) => other !== subscriber);
    Object.assign(dataSource, { subscribers: others });
  };
}
