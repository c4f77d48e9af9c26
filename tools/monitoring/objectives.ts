import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { MONITORING } from './paths';

export const OBJECTIVES = join(MONITORING, 'objectives.yml');

const share = z.number().gt(0).lt(1);
const address = z.url().transform((url) => url.replace(/\/$/, ''));
const schema = z.strictObject({
  links: z.strictObject({ runbooks: address, dashboards: address, logs: z.url(), traces: z.url() }),
  window: z.string().regex(/^[1-9]\d*d$/, 'a number of days, such as 30d'),
  latency: z.strictObject({ objective: share, threshold: z.number().positive() }),
  errors: z.strictObject({ objective: share }),
  requests: z.strictObject({
    latency: z.strictObject({ objective: share, threshold: z.number().positive(), exceptRoutes: z.string() }),
    errors: z.strictObject({ objective: share }),
  }),
  server: z.strictObject({
    connections: share,
    transactionIds: z.strictObject({ warning: share, critical: share }),
    blocking: z.number().positive(),
    idleInTransaction: z.number().positive(),
    transaction: z.number().positive(),
    replicationLag: z.int().positive(),
    deadlocks: z.number().positive(),
  }),
  outbox: z.strictObject({ age: z.number().positive() }),
});
export type Objectives = z.infer<typeof schema>;

/** @throws with every mistake in the file */
export function readObjectives(text = readFileSync(OBJECTIVES, 'utf8')): Objectives {
  const { data, error } = schema.safeParse(parse(text));
  if (data) return data;
  throw new Error(`objectives.yml is not valid.\n${z.prettifyError(error)}`);
}

/** `1 - 0.999` without the error of floating point. */
export const budgetOf = ({ objective }: { readonly objective: number }): number => exact(1 - objective);

/** Twelve digits: without rounding errors. */
export const exact = (value: number): number => Number(value.toPrecision(12));

/** `99.9 %` */
export const percent = (value: number): string => `${exact(100 * value)} %`;

/** `250 ms`, `2 s`, `5 minutes` */
export const seconds = (value: number): string => {
  if (value < 1) return `${exact(1000 * value)} ms`;
  return value <= 120 || value % 60 !== 0 ? `${value} s` : `${value / 60} minutes`;
};
