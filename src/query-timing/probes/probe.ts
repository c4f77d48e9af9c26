import type { DataSource } from 'typeorm';
import type { StatementEnds } from './statement-ends';

/** Sees what happens in one way (events, streams, the pool) and reports each thing once. Answers with the way to stop. */
export type Probe = (dataSource: DataSource, ends: StatementEnds) => () => void;
