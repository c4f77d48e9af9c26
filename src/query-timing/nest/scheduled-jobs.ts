import { Reflector } from '@nestjs/core';
import type { UnitName } from './method-units';

/** What the decorators of @nestjs/schedule leave on a method. */
const SCHEDULER_TYPE = 'SCHEDULER_TYPE';
const SCHEDULER_NAME = 'SCHEDULER_NAME';
const KINDS: Readonly<Record<number, string>> = { 1: 'CRON', 2: 'TIMEOUT', 3: 'INTERVAL' };

const reflector = new Reflector();

/** The methods with `@Cron`, `@Interval` and `@Timeout`, by the name that they were given. */
export const scheduledJob: UnitName = (_owner, _methodName, method) => {
  const kind = KINDS[reflector.get<number>(SCHEDULER_TYPE, method)];
  const name = reflector.get<string | undefined>(SCHEDULER_NAME, method);
  return kind === undefined ? undefined : (handler) => `${kind} ${name ?? handler.name}`;
};
