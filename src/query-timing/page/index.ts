export { createQueryTimingPage, type QueryTimingPage } from './handler';
export type { PageAccess, PageHandlerOptions } from './page-options';
