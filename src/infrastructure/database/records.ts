import type { EntitySchema } from 'typeorm';
import { orderingRecords } from './ordering/ordering.records';

/** Every table that TypeORM is to know. Named one by one: a glob finds other files in `src` than in `dist`. */
export const records: readonly EntitySchema[] = [...orderingRecords];
