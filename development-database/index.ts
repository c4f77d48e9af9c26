export { startEmbeddedPostgres } from './embedded-postgres';
export type { EmbeddedPostgres, EmbeddedPostgresOptions } from './embedded-postgres';
export { EmbeddedPostgresError } from './embedded-postgres.error';
export { findEmbeddedPostgres, resetEmbeddedPostgres } from './maintenance';
export type { DirectoryOption } from './maintenance';
