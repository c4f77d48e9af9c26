export { createQueryTimingPage, type QueryTimingPage } from './handler';
export type { PageRequest, PageResponse } from './http';
export type { PageAccess, PageHandlerOptions } from './page-options';
