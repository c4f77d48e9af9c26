import { applicationSources } from './application';
import { contractTests } from './contract-tests';
import { databaseSources } from './database';
import { domainSources } from './domain';
import { e2eTest } from './e2e-test';
import { httpSources } from './http';
import type { ResourceNames } from './names';
import { parseFields } from './parse-fields';
import { contextPaths, resourcePaths, type Resource } from './paths';
import { testSupport } from './test-support';
import { unitTests } from './unit-tests';
import { commandSources, querySources } from './use-cases';

export function resourceOf(names: ResourceNames, fields: string): Resource {
  return {
    names,
    fields: parseFields(fields, names),
    paths: resourcePaths(names),
    contextPaths: contextPaths(names),
  };
}

/** Every file that a resource adds, by path. Their layout is left to Prettier. */
export const textsOf = (resource: Resource): Record<string, string> => ({
  ...domainSources(resource),
  ...applicationSources(resource),
  ...querySources(resource),
  ...commandSources(resource),
  ...databaseSources(resource),
  ...httpSources(resource),
  ...testSupport(resource),
  ...unitTests(resource),
  ...contractTests(resource),
  ...e2eTest(resource),
});
