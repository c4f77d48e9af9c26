import {
  ChildEntity,
  Column,
  Entity,
  JoinColumn,
  ManyToOne,
  OneToMany,
  PrimaryGeneratedColumn,
  TableInheritance,
  type EntityManager,
  type Relation,
} from 'typeorm';
import { runInScope, type RepeatedStatement } from '../../../src/query-timing/core';
import { scoped } from '../support/scoped';

/* Entities of which a statement alone does not say which one was meant. */

@Entity()
class Member {
  @PrimaryGeneratedColumn() id: number;
  @OneToMany(() => Photo, (photo) => photo.owner) photos: Photo[];
  @OneToMany(() => Video, (video) => video.owner) videos: Video[];
  @OneToMany(() => Post, (post) => post.writer) posts: Post[];
}

@Entity()
@TableInheritance({ column: { type: 'varchar', name: 'kind' } })
class Medium {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Shelf, (shelf) => shelf.media) shelf: Relation<Shelf>;
}

@ChildEntity()
class Photo extends Medium {
  @ManyToOne(() => Member, (member) => member.photos) owner: Relation<Member>;
}

/** Has a relation and a column with the name of those of its sibling. */
@ChildEntity()
class Video extends Medium {
  @ManyToOne(() => Member, (member) => member.videos) owner: Relation<Member>;
  @Column({ type: 'int' }) length: number;
}

@Entity()
class Shelf {
  @PrimaryGeneratedColumn() id: number;
  @OneToMany(() => Medium, (medium) => medium.shelf) media: Medium[];
}

/** Two relations to the same entity. */
@Entity()
class Match {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Club, (club) => club.homeMatches) home: Relation<Club>;
  @ManyToOne(() => Club, (club) => club.awayMatches) away: Relation<Club>;
}

@Entity()
class Club {
  @PrimaryGeneratedColumn() id: number;
  @OneToMany(() => Match, (match) => match.home) homeMatches: Match[];
  @OneToMany(() => Match, (match) => match.away) awayMatches: Match[];
}

/** Two relations with the same column, the first of which has no other side. */
@Entity()
class Post {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'int' }) authorId: number;
  @ManyToOne(() => Member) @JoinColumn({ name: 'authorId' }) author: Relation<Member>;
  @ManyToOne(() => Member, (member) => member.posts) @JoinColumn({ name: 'authorId' }) writer: Relation<Member>;
}

/** Tables of the same name in two schemas. */
@Entity({ name: 'account', schema: 'archive' })
class ArchivedAccount {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Holder, (holder) => holder.archived) @JoinColumn({ name: 'holderId' }) holder: Relation<Holder>;
}

@Entity({ name: 'account' })
class Account {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Holder, (holder) => holder.accounts) @JoinColumn({ name: 'holderId' }) holder: Relation<Holder>;
}

@Entity()
class Holder {
  @PrimaryGeneratedColumn() id: number;
  @OneToMany(() => ArchivedAccount, (account) => account.holder) archived: ArchivedAccount[];
  @OneToMany(() => Account, (account) => account.holder) accounts: Account[];
}

const entities = [Member, Medium, Photo, Video, Shelf, Match, Club, Post, ArchivedAccount, Account, Holder];

type Load = (manager: EntityManager, id: number) => Promise<unknown>;
const sql =
  (statement: string): Load =>
  (manager, id) =>
    manager.query(statement, [id]);

const builder =
  <T extends object>(target: new () => T, condition: string): Load =>
  (manager, id) =>
    manager.createQueryBuilder(target, 'x').where(condition, { id }).getMany();

describe('the relation of a statement for each', () => {
  it.each<readonly [string, string | undefined, string, Load]>([
    ['of the first child', 'Member.photos', 'Photo by Member.id', (m, id) => m.findBy(Photo, { owner: { id } })],
    ['of another child', 'Member.videos', 'Video by Member.id', (m, id) => m.findBy(Video, { owner: { id } })],
    ['of an unknown child', undefined, 'Medium by owner.id', builder(Medium, 'x.ownerId = :id')],
    ['that a child inherits', 'Shelf.media', 'Medium by Shelf.id', (m, id) => m.findBy(Medium, { shelf: { id } })],
    ['of a child by its key', undefined, 'Video by id', (m, id) => m.findOneBy(Video, { id })],
    ['of a child by its own column', undefined, 'Video by length', (m, length) => m.findBy(Video, { length })],
    [
      'of one of two to an entity',
      'Club.awayMatches',
      'Match by Club.id',
      (m, id) => m.findBy(Match, { away: { id } }),
    ],
    ['of the other', 'Club.homeMatches', 'Match by Club.id', (m, id) => m.findBy(Match, { home: { id } })],
    [
      'of either of two',
      undefined,
      'Match by Club.id',
      (m, id) => m.findBy(Match, [{ home: { id } }, { away: { id } }]),
    ],
    [
      'of both, in plain SQL',
      undefined,
      'Match by home.id, away.id',
      sql('SELECT * FROM match WHERE "homeId" = $1 AND "awayId" = $1'),
    ],
    ['with the column of another', 'Member.posts', 'Post by authorId', (m, authorId) => m.findBy(Post, { authorId })],
    [
      'with the alias of another',
      'Member.posts',
      'Post by authorId',
      sql('SELECT * FROM post AS photos WHERE photos."authorId" = $1'),
    ],
    [
      'in the schema of the role',
      'Holder.accounts',
      'Account by holder.id',
      sql('SELECT * FROM account WHERE "holderId" = $1'),
    ],
    [
      'in its schema',
      'Holder.accounts',
      'Account by holder.id',
      sql('SELECT * FROM public.account WHERE "holderId" = $1'),
    ],
    [
      'in another schema',
      'Holder.archived',
      'ArchivedAccount by holder.id',
      sql('SELECT * FROM archive.account WHERE "holderId" = $1'),
    ],
  ])('%s is the right one, or none', async (_name, relation, lookup, load) => {
    const { dataSource, closed, timing } = await scoped({}, undefined, { entities });
    await runInScope('members', async () => {
      for (let id = 1; id <= 12; id++) await load(dataSource.manager, id);
    });
    timing.uninstall();
    const [finding] = closed[0]!.findings as RepeatedStatement[];
    expect([finding!.relation, finding!.lookup]).toEqual([relation, lookup]);
  });

  it.each([
    [Video, 'Video.owner'],
    [Photo, 'Photo.owner'],
    [Medium, 'Medium.owner'],
  ])('by its key is that of the child that was read before: %p', async (target, relation) => {
    const { dataSource, closed, timing } = await scoped({}, undefined, { entities });
    await runInScope('members', async () => {
      await dataSource.manager.find<Medium>(target);
      for (let id = 1; id <= 12; id++) await dataSource.manager.findOneBy(Member, { id });
    });
    timing.uninstall();
    expect(closed[0]!.findings).toMatchObject([{ relation, lookup: 'Member by id' }]);
  });
});
