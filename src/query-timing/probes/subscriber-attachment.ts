import type { DataSource, EntitySubscriberInterface } from 'typeorm';
import { replaceMethod } from './method-replacement';

/** A step of `initialize()`, the same in TypeORM 0.3 and 1.x. */
interface Initializing {
  buildMetadatas: () => Promise<void>;
}

/**
 * Puts a subscriber into the DataSource, be it initialised, not yet, or once more: `initialize()` makes a new list of
 * subscribers while it builds the metadata, so the subscriber is put in right behind that step, which is before
 * migrations and schema synchronisation run.
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
    // A new list: TypeORM may be walking through the present one.
    const others = dataSource.subscribers.filter((other) => other !== subscriber);
    Object.assign(dataSource, { subscribers: others });
  };
}
