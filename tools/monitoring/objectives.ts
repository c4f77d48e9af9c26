import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { MONITORING } from './paths';

export const OBJECTIVES = join(MONITORING, 'objectives.yml');

const share = z.number().gt(0).lt(1);
const address = z.url().transform((url) => url.replace(/\/$/, ''));
const schema = z.strictObject({
  links: z.strictObject({ runbooks: address, dashboards: address }),
  window: z.string().regex(/^[1-9]\d*d$/, 'a number of days, such as 30d'),
  latency: z.strictObject({ objective: share, threshold: z.number().positive() }),
  errors: z.strictObject({ objective: share }),
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

/** `250 ms`, `2 s` */
export const seconds = (value: number): string => (value < 1 ? `${exact(1000 * value)} ms` : `${value} s`);
