import type { MetricsTable } from './metrics-table';
import { SeriesGroup } from './series-group';
import { labelsKey, type Labels } from './series-labels';

export interface PublicationOptions {
  readonly onlyObservedSeries: boolean;
  readonly maxDataSources: number;
  /** Called if this DataSource is the first that is counted with the others. */
  readonly onLimit: () => void;
}

/** The value of `data_source`, or the pool's name, for those beyond the limit. */
export const OTHER_DATA_SOURCES = 'other';

interface GroupSettings {
  /** Upper bounds of all histograms, in seconds. */
  readonly bounds: readonly number[];
  /** The labels under which a DataSource beyond the limit is counted. */
  readonly labelsOfOthers: (labels: Labels, groups: readonly SeriesGroup[]) => Labels;
  readonly isOther: (labels: Labels) => boolean;
  /** Called when a table comes or goes. */
  readonly changed: () => void;
}

/** What one place publishes: tables with the same labels are summed instead of conflicting, and their number is bounded. */
export class SeriesGroups {
  private readonly groups = new Map<string, SeriesGroup>();
  private hasReachedLimit = false;

  constructor(private readonly settings: GroupSettings) {}

  get all(): readonly SeriesGroup[] {
    return [...this.groups.values()];
  }

  /** Publishes a table under its labels, or with the others if there are too many. */
  publish(table: MetricsTable, labels: Labels, options: PublicationOptions): Publication {
    const { isOther, changed } = this.settings;
    return new Publication(
      () => {
        const group = this.groupFor(labels, options);
        group.add(table, options.onlyObservedSeries);
        changed();
        return group;
      },
      (group) => {
        group.retire(table);
        changed();
      },
      (group) => {
        const isShared = group.tables.size > 0 || isOther(group.labels);
        const key = labelsKey(group.labels);
        if (!isShared && this.groups.get(key) === group) this.groups.delete(key);
        changed();
      },
    );
  }

  clear(): void {
    for (const group of this.groups.values()) group.clear();
  }

  /** Tables that are still published continue from 0, all others are forgotten. */
  restart(): void {
    for (const [key, group] of this.groups) {
      if (group.tables.size === 0) this.groups.delete(key);
      else group.clear();
    }
  }

  private groupFor(labels: Labels, { maxDataSources, onLimit }: PublicationOptions): SeriesGroup {
    const { isOther, labelsOfOthers } = this.settings;
    const present = this.groups.get(labelsKey(labels));
    if (present !== undefined) return present;
    const { all } = this;
    if (all.filter((group) => !isOther(group.labels)).length < maxDataSources) return this.newGroup(labels);
    if (!this.hasReachedLimit) onLimit();
    this.hasReachedLimit = true;
    const others = labelsOfOthers(labels, all);
    return this.groups.get(labelsKey(others)) ?? this.newGroup(others);
  }

  private newGroup(labels: Labels): SeriesGroup {
    const group = new SeriesGroup(labels, this.settings.bounds);
    this.groups.set(labelsKey(labels), group);
    return group;
  }
}

/** A table that is published in one place. It keeps nothing of a DataSource alive but its counts. */
export class Publication {
  private group: SeriesGroup;
  private suspended = false;

  constructor(
    private readonly join: () => SeriesGroup,
    private readonly leave: (group: SeriesGroup) => void,
    private readonly remove: (group: SeriesGroup) => void,
  ) {
    this.group = join();
  }

  /** Stops reading the table; its counts remain in the sums. */
  suspend(): void {
    if (this.suspended) return;
    this.suspended = true;
    this.leave(this.group);
  }

  /** Publishes the table again, from 0. */
  resume(): void {
    if (!this.suspended) return;
    this.suspended = false;
    this.group = this.join();
  }

  /** Also removes the series, unless another DataSource has the same labels. */
  forget(): void {
    this.suspend();
    this.remove(this.group);
  }
}
