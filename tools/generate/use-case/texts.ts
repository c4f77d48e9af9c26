import { adapterSources } from './adapters';
import { applicationSources } from './application';
import { httpSources } from './http';
import { testSources } from './tests';
import type { UseCase } from './use-case';

/** Every file that a use case adds, by path. Their layout is left to Prettier. */
export const textsOf = (useCase: UseCase): Record<string, string> => ({
  ...applicationSources(useCase),
  ...adapterSources(useCase),
  ...httpSources(useCase),
  ...testSources(useCase),
});
