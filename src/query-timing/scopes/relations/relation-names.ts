import type { DataSource, EntityMetadata } from 'typeorm';
import type { ColumnReference, Comparison, StatementShape, TableReference } from '../../sql/statement-shape';
import { EntityTables, type ColumnMetadata, type RelationMetadata } from './entity-tables';

/** What a statement loads, by the names of the application. */
export interface LoadedNames {
  /** Such as `Author.books`; undefined if it is no relation. */
  readonly relation?: string;
  /** Such as `Book by title`; undefined if the table has no entity. */
  readonly lookup?: string;
  /** Such as `{ books: true }`, for the option `relations`. */
  readonly option?: string;
}

/** By the list of the metadata, which each `initialize()` replaces: an index refers to the DataSource. */
const indexes = new WeakMap<readonly EntityMetadata[], EntityTables>();
const NONE: readonly EntityMetadata[] = [];

/** Of the options of a DataSource, what names the tables of TypeORM itself. */
interface TableOptions {
  readonly cache?: boolean | { readonly tableName?: string } | undefined;
  readonly migrationsTableName?: string | undefined;
  readonly metadataTableName?: string | undefined;
}

interface Entities {
  readonly alias: string;
  readonly entities: readonly EntityMetadata[];
}

/** Names the relation that a statement loads, from TypeORM's own metadata of a DataSource. */
export class RelationNames {
  private readonly dataSource: WeakRef<DataSource>;

  /** @param dataSource it may be initialised later, and again; it is not kept in memory */
  constructor(dataSource: DataSource) {
    this.dataSource = new WeakRef(dataSource);
  }

  /** @param readBefore the tables that have been read in the same unit of work; undefined for a statement that writes */
  of(shape: StatementShape, readBefore?: readonly TableReference[]): LoadedNames {
    const tables = this.current();
    const named = shape.tables.map((table) => ({ alias: table.alias, entities: tables.of(table) }));
    const known = named.filter(({ entities }) => entities.length > 0);
    if (known.length === 0) return {};
    const compared = variedIn(shape).filter((one) => !isDiscriminator(one, known));
    const relation =
      this.ofJunction(known, shape, compared) ??
      (readBefore && (this.ofClosure(known, compared) ?? ofTree(known[0]!, shape))) ??
      this.ofJoin(known, shape, compared) ??
      this.ofParent(known[0]!, compared) ??
      (readBefore && this.ofKey(known[0]!, compared, readBefore));
    const lookup = lookupOf(known, compared);
    if (relation === undefined) return { ...(lookup !== undefined && { lookup }) };
    const used = [...(readBefore ?? []).flatMap((table) => tables.of(table)), ...known.flatMap((one) => one.entities)];
    return { ...this.namesOf(relation, new Set(used)), lookup: lookup! };
  }

  /** Whether a column is a key: lists of its values are batches, those of other columns are filters. */
  isKey(column: ColumnReference, shape: StatementShape): boolean {
    const tables = this.current();
    const known = shape.tables.map((table) => ({ alias: table.alias, entities: tables.of(table) }));
    const found = columnsOf(column, known);
    if (found.length === 0) return /id$/i.test(column.column);
    return found.some(
      (one) =>
        one.isPrimary || one.relationMetadata !== undefined || one.referencedColumn !== undefined || isUnique(one),
    );
  }

  /** A table in which TypeORM keeps results (its option `cache`), migrations, or what it knows about the schema. */
  isOfTypeOrm(table: TableReference): boolean {
    const options: TableOptions = this.dataSource.deref()?.options ?? {};
    const { cache, migrationsTableName = 'migrations', metadataTableName = 'typeorm_metadata' } = options;
    const cacheTable = (typeof cache === 'object' ? cache.tableName : undefined) ?? 'query-result-cache';
    const name = table.path.at(-1)!.toLowerCase();
    const isOne = [cacheTable, migrationsTableName, metadataTableName].some((one) => lastName(one) === name);
    return isOne && this.current().of(table).length === 0;
  }

  isDiscriminator(column: ColumnReference, shape: StatementShape): boolean {
    const tables = this.current();
    return isDiscriminator(
      column,
      shape.tables.map((table) => ({ alias: table.alias, entities: tables.of(table) })),
    );
  }

  private current(): EntityTables {
    const entityMetadatas = this.dataSource.deref()?.entityMetadatas ?? NONE;
    const known = indexes.get(entityMetadatas);
    if (known !== undefined) return known;
    const tables = new EntityTables(entityMetadatas);
    indexes.set(entityMetadatas, tables);
    return tables;
  }

  /** By a column of a junction, or by the key of a table that is joined to it. One that is inserted into has no such column. */
  private ofJunction(
    known: readonly Entities[],
    { joins, rows }: StatementShape,
    compared: readonly Comparison[],
  ): RelationMetadata | undefined {
    for (const one of known) {
      const junction = this.current().junctionOf(one.entities[0]!);
      if (junction === undefined) continue;
      const { relation, ownerColumns } = junction;
      if (rows > 0) return relation;
      const joined = joins
        .flatMap(({ left, right }) => [[left, right] as const, [right, left] as const])
        .filter(([inner, outer]) => isOf(inner, one, known) && compared.some((key) => isSameColumn(key, outer)))
        .map(([inner]) => inner);
      const columns = [...compared.filter((column) => isOf(column, one, known)), ...joined];
      if (columns.length === 0) continue;
      const isOwner = columns.some(({ column }) => ownerColumns.includes(column.toLowerCase()));
      return isOwner ? relation : relation.inverseRelation;
    }
    return undefined;
  }

  private ofClosure(known: readonly Entities[], compared: readonly Comparison[]): RelationMetadata | undefined {
    for (const one of known) {
      const [closure] = one.entities;
      const entity = this.current().closureOf(closure!);
      if (entity === undefined) continue;
      const isCompared = (columns: readonly ColumnMetadata[]) =>
        compared.some((column) => isOf(column, one, known) && columns.some(isNamed(column)));
      if (isCompared(closure!.ancestorColumns)) return entity.treeChildrenRelation;
      if (isCompared(closure!.descendantColumns)) return entity.treeParentRelation;
    }
    return undefined;
  }

  /** A joined table has the key of the one that has the relation. */
  private ofJoin(
    known: readonly Entities[],
    { joins }: StatementShape,
    compared: readonly Comparison[],
  ): RelationMetadata | undefined {
    const [main, ...others] = known as [Entities, ...Entities[]];
    const found: RelationMetadata[] = [];
    for (const other of others) {
      const keys = compared.filter(({ alias }) => alias === other.alias);
      if (keys.length === 0 || !keys.every((key) => columnsOf(key, known).some((column) => column.isPrimary))) continue;
      for (const { left, right } of joins) {
        const pair = [left, right].find(({ alias }) => alias === other.alias);
        const back = [left, right].find(({ alias }) => alias === main.alias);
        if (pair === undefined || back === undefined) continue;
        found.push(...owningRelations(other.entities, pair, main.entities));
        const owning = owningRelations(main.entities, back, other.entities);
        found.push(...owning.flatMap((relation) => this.inversesOf(relation, main)));
      }
    }
    return this.only(found);
  }

  /** Loaded by the key of the entity that it belongs to. */
  private ofParent(main: Entities, compared: readonly Comparison[]): RelationMetadata | undefined {
    const columns = compared.filter(
      ({ alias, operator }) => operator !== 'range' && (alias === '' || alias === main.alias),
    );
    // A key of several columns begins with that of another entity: then all of it is compared.
    if (isWholeKey(main, columns)) return undefined;
    const owning = main.entities
      .flatMap(({ relations }) => relations)
      .filter(
        ({ isManyToOne, isOneToOneOwner, joinColumns }) =>
          (isManyToOne || isOneToOneOwner) &&
          joinColumns.length > 0 &&
          joinColumns.every((join) => columns.some((column) => isNamed(column)(join))),
      );
    const longest = Math.max(...owning.map(({ joinColumns }) => joinColumns.length));
    const whole = owning.filter(({ joinColumns }) => joinColumns.length === longest);
    return this.only(whole.flatMap((relation) => this.inversesOf(relation, main)));
  }

  /**
   * From the other side. Entities in one table that inherit from each other share the relations that have the same name, and
   * TypeORM knows the other side of the first one only.
   */
  private inversesOf(relation: RelationMetadata, { entities }: Entities): RelationMetadata[] {
    return this.current().relations.filter(
      (inverse) => inverse.inverseRelation === relation && entities.includes(inverse.inverseEntityMetadata),
    );
  }

  /** Several names are as good as none: which one was meant is unknown. */
  private only(relations: readonly RelationMetadata[]): RelationMetadata | undefined {
    const [first] = relations;
    const isSame = (other: RelationMetadata) =>
      other.target === first!.target && other.propertyPath === first!.propertyPath;
    return relations.every(isSame) ? first : undefined;
  }

  private namesOf(relation: RelationMetadata, used: ReadonlySet<EntityMetadata>): LoadedNames {
    const { propertyPath } = relation;
    const option = propertyPath.split('.').reduceRight((inner, name) => `{ ${name}: ${inner} }`, 'true');
    return { relation: `${this.current().ownerOf(relation, used).name}.${propertyPath}`, option };
  }

  /** Loaded by its key: the relation is that of an entity that has been read before, if there is only one. */
  private ofKey(
    main: Entities,
    compared: readonly Comparison[],
    readBefore: readonly TableReference[],
  ): RelationMetadata | undefined {
    const tables = this.current();
    const columns = compared.filter((column) => isOf(column, main, [main]));
    if (columns.length === 0 || columns.length < compared.length) return undefined;
    const readers = new Set(readBefore.flatMap((table) => tables.of(table)));
    const candidates = tables.relations.filter((relation) => {
      const isOwner = relation.isManyToOne || relation.isOneToOneOwner;
      if (
        !isOwner ||
        !readers.has(relation.entityMetadata) ||
        !main.entities.includes(relation.inverseEntityMetadata)
      ) {
        return false;
      }
      const keys = relation.joinColumns.map(({ referencedColumn }) => referencedColumn!);
      return keys.length === columns.length && columns.every((column) => keys.some(isNamed(column)));
    });
    return this.only(candidates);
  }
}

/** By itself or with others, such as that of a tenant. */
function isUnique(column: ColumnMetadata): boolean {
  const { uniques, indices } = column.entityMetadata;
  return (
    uniques.some(({ columns }) => columns.includes(column)) ||
    indices.some(({ columns, isUnique }) => isUnique && columns.includes(column))
  );
}

/** Without the schema. */
function lastName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toLowerCase();
}

function isWholeKey({ entities }: Entities, columns: readonly ColumnReference[]): boolean {
  const { primaryColumns } = entities[0]!;
  return (
    primaryColumns.length > 1 && primaryColumns.every((primary) => columns.some((column) => isNamed(column)(primary)))
  );
}

/** Of a materialized path or of nested sets. */
function ofTree(
  { alias, entities }: Entities,
  { comparisons, joins, tables }: StatementShape,
): RelationMetadata | undefined {
  const entity = entities.find((one) => one.treeType !== undefined);
  if (entity === undefined) return undefined;
  const { materializedPathColumn: path, nestedSetLeftColumn: bound } = entity;
  const isInner = tables.length > 1;
  if (path !== undefined && isInner) {
    const isPath = comparisons.some((one) => one.operator === 'like' && one.alias === alias && isNamed(one)(path));
    // The path of an ancestor is on the right of LIKE.
    return isPath ? entity.treeChildrenRelation : entity.treeParentRelation;
  }
  const range = bound && joins.find((one) => one.range && isNamed(one.left)(bound));
  if (range) return range.left.alias === alias ? entity.treeChildrenRelation : entity.treeParentRelation;
  return undefined;
}

function owningRelations(
  owners: readonly EntityMetadata[],
  { column }: ColumnReference,
  targets: readonly EntityMetadata[],
): RelationMetadata[] {
  return owners
    .flatMap(({ relations }) => relations)
    .filter(
      ({ isManyToOne, isOneToOneOwner, joinColumns, inverseEntityMetadata }) =>
        (isManyToOne || isOneToOneOwner) &&
        targets.includes(inverseEntityMetadata) &&
        joinColumns.some(isNamed({ alias: '', column })),
    );
}

function lookupOf(known: readonly Entities[], compared: readonly Comparison[]): string | undefined {
  const [main] = known;
  const entity = main!.entities[0]!;
  const columns = compared.map((column) => {
    const [found] = columnsOf(column, known);
    const name = found?.propertyPath ?? column.column;
    return found === undefined || main!.entities.includes(found.entityMetadata)
      ? name
      : `${found.entityMetadata.name}.${name}`;
  });
  const distinct = [...new Set(columns)].slice(0, 5);
  return distinct.length === 0 ? entity.name : `${entity.name} by ${distinct.join(', ')}`;
}

/** A value that is written in the statement is the same each time, unless all of them are. */
function variedIn({ comparisons }: StatementShape): readonly Comparison[] {
  const varied = comparisons.filter(({ constant }) => !constant);
  return varied.length > 0 ? varied : comparisons;
}

const isSameColumn = (one: ColumnReference, other: ColumnReference): boolean =>
  one.alias.toLowerCase() === other.alias.toLowerCase() && one.column.toLowerCase() === other.column.toLowerCase();

const isNamed =
  ({ column }: ColumnReference) =>
  ({ databaseName }: ColumnMetadata): boolean =>
    databaseName.toLowerCase() === column.toLowerCase();

/** Without an alias, a column belongs to the first table that has it. */
function isOf(column: ColumnReference, one: Entities, all: readonly Entities[]): boolean {
  if (column.alias !== '') return column.alias.toLowerCase() === one.alias.toLowerCase();
  const owner = all.find(({ entities }) => entities.some(({ columns }) => columns.some(isNamed(column))));
  return owner === one;
}

function columnsOf(column: ColumnReference, known: readonly Entities[]): ColumnMetadata[] {
  return known
    .filter((one) => isOf(column, one, known))
    .flatMap(({ entities }) => entities.flatMap(({ columns }) => columns.filter(isNamed(column))));
}

function isDiscriminator(column: ColumnReference, known: readonly Entities[]): boolean {
  return known.some(
    (one) =>
      isOf(column, one, known) &&
      one.entities.some(({ discriminatorColumn }) => discriminatorColumn && isNamed(column)(discriminatorColumn)),
  );
}
