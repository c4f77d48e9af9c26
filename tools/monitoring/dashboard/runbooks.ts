import { readObjectives } from '../objectives';

export const RUNBOOKS = `${readObjectives().links.runbooks}/docs/runbooks/`;

export const runbookOf = (alert: string): string => `${RUNBOOKS}${alert}.md#${alert.toLowerCase()}`;
