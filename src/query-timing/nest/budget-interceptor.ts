import type { CallHandler, NestInterceptor } from '@nestjs/common';
import { type Observable, tap } from 'rxjs';
import { checkBudget } from '../scopes/budget-error';
import { scopeStore } from '../scopes/scope-store';

/** Fails a request whose handler has exceeded its budget, before its response is sent. Only where budgets are enforced. */
export class BudgetInterceptor implements NestInterceptor {
  intercept(_: unknown, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      tap(() => {
        const scope = scopeStore.current();
        if (scope !== undefined) checkBudget(scope);
      }),
    );
  }
}
