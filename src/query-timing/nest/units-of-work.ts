import type { ApplicationConfig, ExternalContextCreator, ModulesContainer } from '@nestjs/core';
import { watchExternalHandlers } from './external-handlers';
import { enforcesBudgets } from '../scopes/budget-error';
import { BudgetInterceptor } from './budget-interceptor';
import { connectionEvent, watchGateways } from './gateways';
import { HandlerGuard } from './handler-guard';
import { HttpRequests, type HttpAdapter } from './http-requests';
import { watchMessages } from './messages';
import { watchMethods } from './method-units';
import { scheduledJob } from './scheduled-jobs';

/** The parts of a Nest application that call handlers. */
export interface NestApplicationParts {
  /** None where nothing is served over HTTP. */
  readonly adapter: HttpAdapter | null | undefined;
  readonly config: ApplicationConfig;
  readonly modules: ModulesContainer;
  readonly externalContext: ExternalContextCreator;
}

const watched = new WeakSet<ModulesContainer>();

/**
 * Opens a scope for each unit of work of an application: HTTP request, GraphQL operation, message, event and job. It
 * is called before routes, servers and jobs exist, so before the first unit. A second call does nothing.
 */
export function watchUnitsOfWork(parts: NestApplicationParts, serverTiming: boolean): void {
  const { adapter, config, modules, externalContext } = parts;
  if (watched.has(modules)) return;
  watched.add(modules);
  const requests = new HttpRequests(serverTiming);
  if (adapter) requests.watch(adapter);
  config.useGlobalGuards(new HandlerGuard(requests));
  // None otherwise: Nest calls a handler without interceptors in a shorter way.
  if (enforcesBudgets()) config.useGlobalInterceptors(new BudgetInterceptor());
  watchExternalHandlers(externalContext, requests);
  watchMessages(modules);
  watchGateways(config);
  watchMethods(modules, connectionEvent);
  watchMethods(modules, scheduledJob);
}
