import type { Provider, Type } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import type { Configuration } from '../infrastructure/config/configuration';

/** One part of the business, as the composition root takes it: what answers HTTP, and what stands behind that. */
export interface Feature {
  readonly controllers: readonly Type[];
  /** Use cases, and the adapter of each port. */
  readonly providers: (configuration: Configuration) => readonly Provider[];
  /** Puts something to look at into an empty database. @returns what it was; nothing when there is something already */
  readonly seed?: (dataSource: DataSource) => Promise<string | undefined>;
}
