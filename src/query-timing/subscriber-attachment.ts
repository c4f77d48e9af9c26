import type { DataSource, EntitySubscriberInterface } from 'typeorm';

interface Buildable {
  buildMetadatas?: () => Promise<void>;
}

/**
 * Puts a subscriber into the DataSource, whether it is initialised already, not yet, or anew: `initialize()` makes a
 * new list of subscribers while it builds the metadata, so the subscriber is put in right behind that step, which is
 * before migrations and schema synchronisation run. Answers with the way to take it out again.
 */
export function attachSubscriber(dataSource: DataSource, subscriber: EntitySubscriberInterface): () => void {
  const add = () => {
    if (!dataSource.subscribers.includes(subscriber)) dataSource.subscribers.push(subscriber);
  };
  const remove = () => {
    // A new list: TypeORM may be walking through the present one.
    const others = dataSource.subscribers.filter((other) => other !== subscriber);
    Object.assign(dataSource, { subscribers: others });
  };

  const target = dataSource as unknown as Buildable;
  const original = target.buildMetadatas;
  let attached = true;
  if (typeof original === 'function') {
    const buildMetadatas = async function (this: Buildable): Promise<void> {
      await original.call(this);
      if (attached) add();
    };
    target.buildMetadatas = buildMetadatas;
  }
  add();
  return () => {
    attached = false;
    remove();
  };
}
