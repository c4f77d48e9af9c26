import { join, resolve } from 'node:path';

export const ROOT = resolve(__dirname, '../..');
export const MONITORING = join(ROOT, 'deployments/monitoring');
export const RULES = join(MONITORING, 'prometheus-alerts-database.yml');
export const RUNBOOKS = join(ROOT, 'docs/runbooks');
