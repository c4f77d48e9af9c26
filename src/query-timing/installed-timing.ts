/** Registered globally, so that it survives a reload of this module: the DataSource remembers its timing. */
const INSTALLED = Symbol.for('query-timing.installed');
const OWNERS = Symbol.for('query-timing.owners');

interface MaybeTimed {
  [INSTALLED]?: unknown;
  /** Who has installed it. */
  [OWNERS]?: Set<unknown> | undefined;
}

/** The owner of a timing that is there for an observation by a test: that of the application takes its place. */
export const OBSERVATION = 'observation';

/** Called with each DataSource on which a timing is installed. For tests: empty otherwise. */
export const installationListeners = new Set<(dataSource: object) => void>();

/** The timing of a DataSource and who has installed it. It stays until the last owner releases it. */
export const installedTiming = {
  of: (dataSource: object): unknown => (dataSource as MaybeTimed)[INSTALLED],

  set(dataSource: object, timing: object, owner: unknown): void {
    Object.assign(dataSource, { [INSTALLED]: timing, [OWNERS]: new Set([owner]) });
    for (const listener of installationListeners) listener(dataSource);
  },

  isForObservation: (dataSource: object): boolean => (dataSource as MaybeTimed)[OWNERS]?.has(OBSERVATION) === true,

  addOwner(dataSource: object, owner: unknown): void {
    (dataSource as MaybeTimed)[OWNERS]?.add(owner);
  },

  /** @returns true if that was the last one */
  removeOwner(dataSource: object, owner: unknown): boolean {
    const owners = (dataSource as MaybeTimed)[OWNERS];
    return owners !== undefined && owners.delete(owner) && owners.size === 0;
  },

  clear(dataSource: object): void {
    Object.assign(dataSource, { [INSTALLED]: undefined, [OWNERS]: undefined });
  },
};
