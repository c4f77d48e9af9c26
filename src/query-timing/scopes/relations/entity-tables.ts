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
  private readonly byName = new Map<string, EntityMetadata[]>();
  private readonly junctions = new Map<EntityMetadata, Junction>();
  private readonly closures = new Map<EntityMetadata, EntityMetadata>();
  readonly relations: RelationMetadata[] = [];

  constructor(entityMetadatas: readonly EntityMetadata[]) {
    for (const metadata of entityMetadatas) {
      this.add(metadata.tablePath, metadata);
      this.add(metadata.tableName, metadata);
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

  /** The entities in a table; several if they inherit from each other. Empty if it has none. */
  of({ path }: TableReference): readonly EntityMetadata[] {
    const names = path.map((name) => name.toLowerCase());
    return this.byName.get(names.join('.')) ?? this.byName.get(names.at(-1)!) ?? [];
  }

  junctionOf(metadata: EntityMetadata): Junction | undefined {
    return this.junctions.get(metadata);
  }

  /** The entity whose ancestors a table has. */
  closureOf(metadata: EntityMetadata): EntityMetadata | undefined {
    return this.closures.get(metadata);
  }

  /** The entity of a class, if it is in the same table as another one. */
  declaring(target: unknown, otherwise: EntityMetadata): EntityMetadata {
    return this.of({ path: [otherwise.tablePath], alias: '' }).find((one) => one.target === target) ?? otherwise;
  }

  private add(name: string, metadata: EntityMetadata): void {
    const key = name.toLowerCase();
    const present = this.byName.get(key);
    if (present === undefined) this.byName.set(key, [metadata]);
    else if (!present.includes(metadata)) present.push(metadata);
  }
}
