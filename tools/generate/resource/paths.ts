import type { Field } from './field';
import type { ResourceNames } from './names';

/** The files of a resource, and those of its context that it adds to. */
export function resourcePaths({ context: { kebab: c }, one: { kebab: one }, many: { kebab: many } }: ResourceNames) {
  const [domain, application] = [`src/domain/${c}`, `src/application/${c}`];
  const [database, http] = [`src/infrastructure/database/${c}`, `src/infrastructure/http/${c}`];
  return {
    aggregate: `${domain}/${one}.ts`,
    errors: `${domain}/${one}.errors.ts`,
    repository: `${domain}/${one}.repository.ts`,
    view: `${application}/${one}.view.ts`,
    input: `${application}/${one}.input.ts`,
    queries: `${application}/${one}.queries.ts`,
    unitOfWork: `${application}/${one}.unit-of-work.ts`,
    create: `${application}/create-${one}.ts`,
    get: `${application}/get-${one}.ts`,
    list: `${application}/list-${many}.ts`,
    update: `${application}/update-${one}.ts`,
    remove: `${application}/remove-${one}.ts`,
    entity: `${database}/${one}.entity.ts`,
    sqlQueries: `${database}/sql-${one}.queries.ts`,
    sqlRepository: `${database}/typeorm-${one}.repository.ts`,
    sqlUnitOfWork: `${database}/typeorm-${one}.unit-of-work.ts`,
    controller: `${http}/${many}.controller.ts`,
    schemas: `${http}/${one}.schemas.ts`,
    mother: `test/support/${c}/${one}.mother.ts`,
    fake: `test/support/${c}/in-memory-${many}.ts`,
    domainTest: `test/domain/${c}/${one}.spec.ts`,
    useCaseTest: `test/application/${c}/${many}.spec.ts`,
    contract: `test/contract/${c}/${many}.contract.ts`,
    contractTest: `test/contract/${c}/${many}.spec.ts`,
    e2eTest: `test/e2e/${c}/${many}.spec.ts`,
  } as const;
}

/** The files of a context: a resource adds to them, and makes those that are missing. */
export function contextPaths({ context: { kebab: c } }: ResourceNames) {
  return {
    feature: `src/features/${c}.module.ts`,
    problems: `src/infrastructure/http/${c}/${c}.problems.ts`,
    scopes: `src/infrastructure/http/${c}/${c}.scopes.ts`,
    operations: `test/e2e/${c}/operations.ts`,
  } as const;
}

export type ResourcePaths = ReturnType<typeof resourcePaths>;

/** What the texts of a resource are made of. */
export interface Resource {
  readonly names: ResourceNames;
  readonly fields: readonly Field[];
  readonly paths: ResourcePaths;
  readonly contextPaths: ReturnType<typeof contextPaths>;
}
