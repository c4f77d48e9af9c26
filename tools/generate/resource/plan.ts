import { dirname } from 'node:path';
import { UsageError } from '../../command-line';
import type { Tree } from '../../edits/tree';
import { snake } from '../sql-names';
import { listFolders } from '../files-page';
import { addToContext } from './context';
import type { Resource } from './paths';
import { collidingNames } from './reserved-names';
import { textsOf } from './texts';

/** Tables of TypeORM: no entity and no migration of the service mentions them. */
const TABLES_OF_TYPEORM = ['migrations', 'typeorm_metadata'];

/**
 * Plans a resource in the tree, without its migration.
 * @throws UsageError with one line per thing that exists already
 */
export function planResource(tree: Tree, resource: Resource): void {
  const texts = textsOf(resource);
  const mistakes = [...takenBy(tree, resource, texts), ...collidingNames(resource)];
  if (mistakes.length > 0) throw new UsageError(mistakes.join('\n'));
  addToContext(tree, resource);
  for (const [path, text] of Object.entries(texts)) tree.write(path, text);
  listFolders(tree, resource.names.context, foldersOf(resource));
}

function takenBy(tree: Tree, { names, paths, contextPaths: { feature } }: Resource, texts: object): string[] {
  const { context, one, many, table } = names;
  if (tree.has(paths.aggregate))
    return [`The resource ${one.kebab} of ${context.kebab} exists already: ${paths.aggregate}.`];
  const mistakes: string[] = [];
  const isNewContext = !tree.has(feature);
  const folders = new Set(Object.keys(texts).map(dirname));
  const other = isNewContext && tree.files.find((path) => folders.has(dirname(path)));
  if (other) mistakes.push(`'${context.kebab}' is taken: ${dirname(other)} is a folder of something else.`);
  const file = Object.keys(texts).find((path) => tree.has(path));
  if (file && !other) mistakes.push(`'${one.kebab}' is taken in ${context.kebab}: ${file} exists already.`);
  const sources = (pattern: RegExp, text: RegExp): string | undefined =>
    tree.files.find((path) => pattern.test(path) && text.test(tree.read(path)));
  const inDatabase = /^src\/infrastructure\/database\/.*\.ts$/;
  const withTable = TABLES_OF_TYPEORM.includes(table)
    ? 'TypeORM'
    : sources(
        inDatabase,
        new RegExp(
          `tableName: '${table}'|name: '${snake(one.kebab)}',$|CREATE TABLE (?:IF NOT EXISTS )?"?${table}\\b`,
          'm',
        ),
      );
  if (withTable) mistakes.push(`The table ${table} exists already: ${withTable}.`);
  const inHttp = /^src\/infrastructure\/http\/.*\.ts$/;
  const withAddress = sources(inHttp, new RegExp(`@Controller\\('api/v1/${many.kebab}'\\)`));
  if (withAddress) mistakes.push(`The address /api/v1/${many.kebab} exists already: ${withAddress}.`);
  const ids = ['', 'Page'].map((ending) => `${one.pascal}${ending}`);
  const named = [`Create${one.pascal}`, `Update${one.pascal}`, ...ids].join('|');
  const withSchema = sources(inHttp, new RegExp(`id: '(?:${named})'`));
  if (withSchema) mistakes.push(`A schema with the name of ${one.kebab} exists already: ${withSchema}.`);
  return mistakes;
}

/** One file of each folder, in the form of those of a use case. */
const foldersOf = ({ paths }: Resource) => ({
  aggregate: paths.aggregate,
  useCase: paths.create,
  adapter: paths.entity,
  controller: paths.controller,
  fake: paths.fake,
  domainTest: paths.domainTest,
  unitTest: paths.useCaseTest,
  contractTest: paths.contractTest,
  e2eTest: paths.e2eTest,
});
