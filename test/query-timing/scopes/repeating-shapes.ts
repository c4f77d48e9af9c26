import { In, type DataSource, type EntityManager } from 'typeorm';
import { COUNT } from './library-data';
import {
  Author,
  Biography,
  Book,
  Branch,
  Copy,
  Country,
  Desk,
  Duty,
  Employee,
  Film,
  Issue,
  Loan,
  Magazine,
  Member,
  Room,
  Shelf,
  Subject,
  Subtitle,
  Tag,
  Team,
} from './library-entities';
import { markedLines } from './marked-lines';

/** Code that repeats a statement, which a mark in this file names the line of. */
export interface RepeatingShape {
  readonly run: (dataSource: DataSource) => Promise<unknown>;
  /** What the finding says; without a relation for other lookups. */
  readonly relation?: string;
  readonly lookup?: string;
  readonly more?: object;
  /** Where the mark is, unless it is in this file. */
  readonly lineOf?: (name: string) => string;
  /** Servers without it: its SQL is that of PostgreSQL. */
  readonly postgresOnly?: true;
}

export const lineOfShape = markedLines(__filename);

async function each<T>(list: readonly T[], work: (item: T) => unknown): Promise<void> {
  for (const item of list) await work(item);
}
const ids = Array.from({ length: COUNT }, (_, i) => i + 1);
const find = <T extends object>(dataSource: DataSource, target: new () => T) =>
  dataSource.manager.find(target, { order: { id: 'ASC' } as never });
const returned = (manager: EntityManager, id: number) => manager.findBy(Book, { authorId: id }); // line: a function that returns the promise

export const REPEATING: Readonly<Record<string, RepeatingShape>> = {
  'findBy of the foreign key': {
    relation: 'Author.books',
    more: { hint: '`Author.books` was loaded 12 times: `relations: { books: true }`, a join or a batch' },
    run: async (dataSource) => {
      await each(await find(dataSource, Author), async ({ id }) => {
        await dataSource.manager.findBy(Book, { authorId: id }); // line: findBy of the foreign key
      });
    },
  },
  'findBy of the relation': {
    relation: 'Author.books',
    run: (dataSource) =>
      each(ids, async (id) => {
        await dataSource.manager.findBy(Book, { author: { id } }); // line: findBy of the relation
      }),
  },
  'find with a filter, an order and a limit': {
    relation: 'Author.books',
    run: (dataSource) =>
      each(ids, async (id) => {
        const where = { authorId: id, title: In(['a', 'b']) };
        await dataSource.manager.find(Book, { where, order: { id: 'DESC' }, take: 3 }); // line: find with a filter, an order and a limit
      }),
  },
  'a count for each': {
    relation: 'Author.books',
    run: (dataSource) =>
      each(ids, async (id) => {
        await dataSource.manager.countBy(Book, { authorId: id }); // line: a count for each
      }),
  },
  'a query builder': {
    relation: 'Author.books',
    run: (dataSource) =>
      each(ids, async (id) => {
        const builder = dataSource.manager.createQueryBuilder(Book, 'b').where('b.authorId = :id', { id });
        await builder.getMany(); // line: a query builder
      }),
  },
  'a raw query': {
    relation: 'Author.books',
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, async (id) => {
        await dataSource.query('SELECT id, title FROM book WHERE "authorId" = $1', [id]); // line: a raw query
      }),
  },
  'a raw query with literals': {
    relation: 'Author.books',
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, async (id) => {
        await dataSource.query(`SELECT id FROM book b WHERE b."authorId" IN (${id})`); // line: a raw query with literals
      }),
  },
  'a function that returns the promise': {
    relation: 'Author.books',
    run: (dataSource) => each(ids, (id) => returned(dataSource.manager, id)),
  },
  'all in parallel': {
    relation: 'Author.books',
    run: (dataSource) => Promise.all(ids.map((id) => dataSource.manager.findBy(Book, { authorId: id }))), // line: all in parallel
  },
  'in a transaction': {
    relation: 'Author.books',
    more: { inTransaction: true },
    run: (dataSource) =>
      dataSource.transaction((manager) =>
        each(ids, async (id) => {
          await manager.findBy(Book, { authorId: id }); // line: in a transaction
        }),
      ),
  },
  'one-to-one from its other side': {
    relation: 'Author.biography',
    run: (dataSource) =>
      each(ids, async (id) => {
        await dataSource.manager.findOneBy(Biography, { author: { id } }); // line: one-to-one from its other side
      }),
  },
  'many-to-one by its key': {
    relation: 'Book.author',
    run: async (dataSource) => {
      await each(await find(dataSource, Book), async ({ authorId }) => {
        await dataSource.manager.findOneBy(Author, { id: authorId! }); // line: many-to-one by its key
      });
    },
  },
  'many-to-one in an embedded object': {
    relation: 'Author.address.country',
    run: async (dataSource) => {
      await each(await find(dataSource, Author), async ({ id }) => {
        await dataSource.manager.findOneBy(Country, { id }); // line: many-to-one in an embedded object
      });
    },
  },
  'many-to-many with its junction': {
    relation: 'Book.tags',
    run: (dataSource) =>
      each(ids, async (id) => {
        const builder = dataSource.manager.createQueryBuilder().relation(Book, 'tags').of(id);
        await builder.loadMany<Tag>(); // line: many-to-many with its junction
      }),
  },
  'many-to-many from its other side': {
    relation: 'Tag.books',
    run: (dataSource) =>
      each(ids, async (id) => {
        const builder = dataSource.manager.createQueryBuilder().relation(Tag, 'books').of(id);
        await builder.loadMany<Book>(); // line: many-to-many from its other side
      }),
  },
  'a raw query of the junction': {
    relation: 'Book.tags',
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, async (id) => {
        await dataSource.query('SELECT "tagId" FROM book_tags_tag WHERE "bookId" = $1', [id]); // line: a raw query of the junction
      }),
  },
  'lazy one-to-many': {
    relation: 'Team.members',
    run: async (dataSource) => {
      await each(await find(dataSource, Team), async (team) => {
        await team.members; // line: lazy one-to-many
      });
    },
  },
  'lazy many-to-one': {
    relation: 'Member.team',
    run: async (dataSource) => {
      await each(await find(dataSource, Member), async (member) => {
        await member.team; // line: lazy many-to-one
      });
    },
  },
  'lazy one-to-one': {
    relation: 'Member.desk',
    run: async (dataSource) => {
      await each(await find(dataSource, Member), async (member) => {
        await member.desk; // line: lazy one-to-one
      });
    },
  },
  'lazy one-to-one from its other side': {
    relation: 'Desk.member',
    run: async (dataSource) => {
      await each(await find(dataSource, Desk), async (desk) => {
        await desk.member; // line: lazy one-to-one from its other side
      });
    },
  },
  'lazy many-to-many': {
    relation: 'Team.duties',
    run: async (dataSource) => {
      const teams = await find(dataSource, Team);
      await Promise.all(teams.map((team) => team.duties)); // line: lazy many-to-many
    },
  },
  'lazy many-to-many from its other side': {
    relation: 'Duty.teams',
    run: async (dataSource) => {
      await each(await find(dataSource, Duty), async (duty) => {
        await duty.teams; // line: lazy many-to-many from its other side
      });
    },
  },
  'descendants in a closure table': {
    relation: 'Subject.children',
    run: async (dataSource) => {
      const trees = dataSource.getTreeRepository(Subject);
      await each(await find(dataSource, Subject), async (subject) => {
        await trees.findDescendants(subject); // line: descendants in a closure table
      });
    },
  },
  'ancestors in a closure table': {
    relation: 'Subject.parent',
    run: async (dataSource) => {
      const trees = dataSource.getTreeRepository(Subject);
      await each(await find(dataSource, Subject), async (subject) => {
        await trees.findAncestors(subject); // line: ancestors in a closure table
      });
    },
  },
  'descendants by a materialized path': {
    relation: 'Shelf.children',
    run: async (dataSource) => {
      const trees = dataSource.getTreeRepository(Shelf);
      await each(await find(dataSource, Shelf), async (shelf) => {
        await trees.findDescendants(shelf); // line: descendants by a materialized path
      });
    },
  },
  'ancestors by a materialized path': {
    relation: 'Shelf.parent',
    run: async (dataSource) => {
      const trees = dataSource.getTreeRepository(Shelf);
      await each(await find(dataSource, Shelf), async (shelf) => {
        await trees.findAncestors(shelf); // line: ancestors by a materialized path
      });
    },
  },
  'descendants in nested sets': {
    relation: 'Room.children',
    run: async (dataSource) => {
      const trees = dataSource.getTreeRepository(Room);
      await each(await find(dataSource, Room), async (room) => {
        await trees.findDescendants(room); // line: descendants in nested sets
      });
    },
  },
  'children of an entity that refers to itself': {
    relation: 'Employee.reports',
    run: async (dataSource) => {
      await each(await find(dataSource, Employee), async ({ id }) => {
        await dataSource.manager.findBy(Employee, { manager: { id } }); // line: children of an entity that refers to itself
      });
    },
  },
  'a relation of a child entity': {
    relation: 'Film.subtitles',
    run: async (dataSource) => {
      await each(await find(dataSource, Film), async ({ id }) => {
        await dataSource.manager.findBy(Subtitle, { film: { id } }); // line: a relation of a child entity
      });
    },
  },
  'tables and columns with other names': {
    relation: 'Magazine.issues',
    run: async (dataSource) => {
      await each(await find(dataSource, Magazine), async ({ id }) => {
        await dataSource.manager.findBy(Issue, { magazine: { id } }); // line: tables and columns with other names
      });
    },
  },
  'a key of several columns': {
    relation: 'Copy.loans',
    run: async (dataSource) => {
      await each(await dataSource.manager.find(Copy), async ({ bookId, number }) => {
        await dataSource.manager.findBy(Loan, { copy: { bookId, number } }); // line: a key of several columns
      });
    },
  },
  'relations with separate queries, inside of a loop': {
    relation: 'Author.books',
    run: (dataSource) =>
      each(ids, async (id) => {
        const how = { relations: { books: true }, relationLoadStrategy: 'query' } as const;
        await dataSource.manager.findOne(Author, { where: { id }, ...how }); // line: relations with separate queries, inside of a loop
      }),
  },
  'an entity by its key': {
    lookup: 'Branch by id',
    run: (dataSource) =>
      each(ids, async (id) => {
        await dataSource.manager.findOneBy(Branch, { id }); // line: an entity by its key
      }),
  },
  'an entity by another column': {
    lookup: 'Tag by name',
    run: (dataSource) =>
      each(ids, async (id) => {
        await dataSource.manager.existsBy(Tag, { name: `tag ${id}` }); // line: an entity by another column
      }),
  },
  'a table without an entity': {
    postgresOnly: true,
    run: (dataSource) =>
      each(ids, async (id) => {
        await dataSource.query('SELECT * FROM plain WHERE id = $1', [id]); // line: a table without an entity
      }),
  },
  'the same again': {
    lookup: 'Tag by name',
    more: { sameParameters: true },
    run: (dataSource) =>
      each(ids, async () => {
        await dataSource.manager.findOneBy(Tag, { name: 'tag 1' }); // line: the same again
      }),
  },
  'an insert for each': {
    lookup: 'Tag',
    more: { type: 'INSERT' },
    run: (dataSource) =>
      each(ids, async () => {
        await dataSource.manager.insert(Tag, { name: 'new' }); // line: an insert for each
      }),
  },
  'a save for each in a transaction': {
    lookup: 'Branch',
    more: { type: 'INSERT', inTransaction: true },
    run: (dataSource) =>
      dataSource.transaction((manager) =>
        each(ids, async () => {
          await manager.save(Branch, { name: 'new' }); // line: a save for each in a transaction
        }),
      ),
  },
  'a query after the save of each': {
    lookup: 'Branch by id',
    more: { reload: true, hint: '`Branch by id` was loaded 12 times after it was saved: save() returns the entity' },
    run: ({ manager }) =>
      each(ids, async () => {
        const { id } = await manager.save(Branch, { name: 'new' });
        await manager.findOneBy(Branch, { id }); // line: a query after the save of each
      }),
  },
  'a save of each that exists': {
    lookup: 'Branch by id',
    run: async (dataSource) => {
      await each((await find(dataSource, Branch)).slice(0, COUNT), async (branch) => {
        await dataSource.manager.save(Object.assign(branch, { name: `${branch.name}!` })); // line: a save of each that exists
      });
    },
  },
  'an update for each': {
    lookup: 'Tag by id',
    more: { type: 'UPDATE' },
    run: (dataSource) =>
      each(ids, async (id) => {
        await dataSource.manager.update(Tag, { id }, { name: 'changed' }); // line: an update for each
      }),
  },
};
