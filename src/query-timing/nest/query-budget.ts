import { SetMetadata } from '@nestjs/common';
import { describe } from '../option-checks';
import { isBudget, type QueryBudgetLimits } from '../scopes/scope-options';

export const QUERY_BUDGET = 'nestjs-query-timing:budget';

/**
 * Limits what a handler may do to the database for one request, message, event or job, or each handler of a class. The
 * limits of a handler replace those of its class, which replace those of the option `scopes`.
 *
 * @publicApi
 * @throws TypeError for limits that are not numbers, 0 or more
 * @example
 * ```ts
 * import { Controller, Get } from '@nestjs/common';
 * import { QueryBudget } from 'nestjs-query-timing';
 *
 * @Controller('articles')
 * @QueryBudget({ statements: 5 })
 * export class ArticlesController {
 *   @Get()
 *   @QueryBudget({ statements: 2, repeated: 0, ms: 200 })
 *   list() {
 *     return [];
 *   }
 * }
 * ```
 */
export function QueryBudget(limits: QueryBudgetLimits): ClassDecorator & MethodDecorator {
  const mistakes = isBudget.accepts(limits)
    ? (isBudget.mistakes?.('QueryBudget', limits) ?? [])
    : [`QueryBudget: expected ${isBudget.expected}, got ${describe(limits)}`];
  if (mistakes.length > 0) throw new TypeError(mistakes.join('\n'));
  return SetMetadata(QUERY_BUDGET, limits);
}
