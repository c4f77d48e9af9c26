import type { EntitySchema } from 'typeorm';
import { orderingEntities } from './ordering/ordering.entity';

/** Every table that TypeORM is to know. Named one by one: a glob finds other files in `src` than in `dist`. */
export const entities: readonly EntitySchema[] = [...orderingEntities];
