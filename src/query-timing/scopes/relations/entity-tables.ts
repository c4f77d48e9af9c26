import type { EntityMetadata } from 'typeorm';
import type { TableReference } from '../../sql/statement-shape';

export type RelationMetadata = EntityMetadata['relations'][number];
export type ColumnMetadata = EntityMetadata['columns'][number];

/** A table between two others. */
export interface Junction {
  readonly relation: RelationMetadata;
  /** Names of the columns that refer to the owner of the relation. */
  readonly ownerColumns: readonly string[];
}

/** The tables of a DataSource and the entities in them, by the names that statements have. */
export class EntityTables {
  private readonly byPath = new Map<string, EntityMetadata[]>();
  private readonly byName = new Map<string, EntityMetadata[]>();
  private readonly junctions = new Map<EntityMetadata, Junction>();
  private readonly closures = new Map<EntityMetadata, EntityMetadata>();
  readonly relations: RelationMetadata[] = [];

  constructor(entityMetadatas: readonly EntityMetadata[]) {
    for (const metadata of entityMetadatas) {
      add(this.byPath, metadata.tablePath, metadata);
      add(this.byName, metadata.tableName, metadata);
      if (metadata.closureJunctionTable !== undefined) this.closures.set(metadata.closureJunctionTable, metadata);
      for (const relation of metadata.relations) {
        this.relations.push(relation);
        const junction = relation.junctionEntityMetadata;
        if (relation.isManyToManyOwner && junction !== undefined) {
          const ownerColumns = relation.joinColumns.map(({ databaseName }) => databaseName.toLowerCase());
          this.junctions.set(junction, { relation, ownerColumns });
        }
      }
    }
  }

  /**
   * The entities in a table; several if they inherit from each other: TypeORM gives the table the name of the one that it
   * reads, unless the application gives it another one. Empty if it has none.
   */
  of({ path, alias }: TableReference): readonly EntityMetadata[] {
    const entities = this.inTable(path);
    const named = entities.length > 1 ? entities.find(({ name }) => name === alias) : undefined;
    return named === undefined ? entities : entities.filter((entity) => isOrExtends(named, entity)).reverse();
  }

  junctionOf(metadata: EntityMetadata): Junction | undefined {
    return this.junctions.get(metadata);
  }

  /** The entity whose ancestors a table has. */
  closureOf(metadata: EntityMetadata): EntityMetadata | undefined {
    return this.closures.get(metadata);
  }

  /**
   * The entity that has a relation. Of those that inherit from each other, it is the one that declares it; if the others
   * read or changed only another child with a relation of the same name, which is the same for TypeORM, it is that child.
   *
   * @param used the entities that are read or changed
   */
  ownerOf(relation: RelationMetadata, used: ReadonlySet<EntityMetadata>): EntityMetadata {
    const { entityMetadata, target } = relation;
    const declaring = this.inTable([entityMetadata.tablePath]).find((one) => one.target === target) ?? entityMetadata;
    const owners = [...used].filter(({ relations }) => relations.includes(relation));
    const leaves = owners.filter((one) => !owners.some((other) => other !== one && isOrExtends(other, one)));
    if (leaves.every((leaf) => isOrExtends(leaf, declaring))) return declaring;
    return leaves.length === 1 ? leaves[0]! : entityMetadata;
  }

  /** Without its schema, a table is that of the entity without one. */
  private inTable(path: readonly string[]): readonly EntityMetadata[] {
    const names = path.map((name) => name.toLowerCase());
    return this.byPath.get(names.join('.')) ?? this.byPath.get(names.at(-1)!) ?? this.byName.get(names.at(-1)!) ?? [];
  }
}

function add(tables: Map<string, EntityMetadata[]>, name: string, metadata: EntityMetadata): void {
  const key = name.toLowerCase();
  const present = tables.get(key);
  if (present === undefined) tables.set(key, [metadata]);
  else present.push(metadata);
}

function isOrExtends(child: EntityMetadata | undefined, entity: EntityMetadata): boolean {
  return child !== undefined && (child === entity || isOrExtends(child.parentEntityMetadata, entity));
}
