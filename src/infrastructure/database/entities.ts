import type { EntitySchema } from 'typeorm';
import { orderingEntities } from './ordering/ordering.entity';

/** Every entity of the data source. Listed one by one, because a glob finds different files in `src` and in `dist`. */
export const entities: readonly EntitySchema[] = [...orderingEntities];
