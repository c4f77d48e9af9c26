import type { DataSource } from 'typeorm';
import type { StatementCompletion } from './statement-completion';

/**
 * Observes a DataSource in one way (events, streams, the pool) and reports each occurrence once.
 * @returns the function that detaches it
 */
export type Probe = (dataSource: DataSource, completion: StatementCompletion) => () => void;
