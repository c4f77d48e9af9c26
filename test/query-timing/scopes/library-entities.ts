import {
  ChildEntity,
  Column,
  DeleteDateColumn,
  Entity,
  EventSubscriber,
  Index,
  JoinColumn,
  JoinTable,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  PrimaryColumn,
  PrimaryGeneratedColumn,
  type Relation,
  TableInheritance,
  Tree,
  TreeChildren,
  TreeParent,
  Unique,
  UpdateDateColumn,
  type EntitySubscriberInterface,
  type LoadEvent,
} from 'typeorm';

/*
 * A public library: each kind of relation that TypeORM has, at least once. The columns have names that databases need no
 * type for.
 */

@Entity()
export class Country {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
}

export class Address {
  @Column({ type: 'varchar', length: 40, nullable: true }) city: string | null;
  @ManyToOne(() => Country) country: Relation<Country>;
}

@Entity()
export class Author {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
  @Column(() => Address) address: Address;
  @OneToMany(() => Book, (book) => book.author, { cascade: true }) books: Book[];
  @OneToOne(() => Biography, (biography) => biography.author, { cascade: true }) biography: Relation<Biography>;
}

@Entity()
export class Biography {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) text: string;
  @OneToOne(() => Author, (author) => author.biography) @JoinColumn() author: Relation<Author>;
}

@Entity()
export class Book {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) title: string;
  @Column({ type: 'int', nullable: true }) authorId: number | null;
  @ManyToOne(() => Author, (author) => author.books, { nullable: true }) author: Relation<Author>;
  @ManyToMany(() => Tag, (tag) => tag.books, { cascade: true }) @JoinTable() tags: Tag[];
  @OneToMany(() => Copy, (copy) => copy.book) copies: Copy[];
}

@Entity()
export class Tag {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
  @ManyToMany(() => Book, (book) => book.tags) books: Book[];
}

/** Of a composite key, and without a relation back to the branch. */
@Entity()
export class Copy {
  @PrimaryColumn({ type: 'int' }) bookId: number;
  @PrimaryColumn({ type: 'int' }) number: number;
  @ManyToOne(() => Book, (book) => book.copies) book: Relation<Book>;
  @ManyToOne(() => Branch, { nullable: true }) branch: Relation<Branch>;
  @OneToMany(() => Loan, (loan) => loan.copy) loans: Loan[];
}

@Entity()
export class Branch {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
}

@Entity()
export class Loan {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Copy, (copy) => copy.loans) copy: Relation<Copy>;
}

/** All of its relations are lazy. */
@Entity()
export class Team {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
  @OneToMany(() => Member, (member) => member.team) members: Promise<Member[]>;
  @ManyToMany(() => Duty, (duty) => duty.teams) @JoinTable() duties: Promise<Duty[]>;
}

@Entity()
export class Member {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
  @ManyToOne(() => Team, (team) => team.members) team: Promise<Team>;
  @OneToOne(() => Desk, (desk) => desk.member) @JoinColumn() desk: Promise<Desk>;
}

@Entity()
export class Desk {
  @PrimaryGeneratedColumn() id: number;
  @OneToOne(() => Member, (member) => member.desk) member: Promise<Member>;
}

@Entity()
export class Duty {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
  @ManyToMany(() => Team, (team) => team.duties) teams: Promise<Team[]>;
}

@Entity()
@Tree('closure-table')
export class Subject {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
  @TreeChildren() children: Subject[];
  @TreeParent() parent: Relation<Subject> | null;
}

@Entity()
@Tree('materialized-path')
export class Shelf {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
  @TreeChildren() children: Shelf[];
  @TreeParent() parent: Relation<Shelf> | null;
}

@Entity()
@Tree('nested-set')
export class Room {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
  @TreeChildren() children: Room[];
  @TreeParent() parent: Relation<Room> | null;
}

/** Refers to itself. */
@Entity()
export class Employee {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
  @ManyToOne(() => Employee, (employee) => employee.reports, { nullable: true }) manager: Relation<Employee> | null;
  @OneToMany(() => Employee, (employee) => employee.manager) reports: Employee[];
}

@Entity()
@TableInheritance({ column: { type: 'varchar', name: 'kind', length: 20 } })
export class Medium {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
}

@ChildEntity()
export class Film extends Medium {
  @OneToMany(() => Subtitle, (subtitle) => subtitle.film) subtitles: Subtitle[];
}

@Entity()
export class Subtitle {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) language: string;
  @ManyToOne(() => Film, (film) => film.subtitles) film: Relation<Film>;
}

/** Has a table with another name and columns with others. */
@Entity({ name: 'magazine_issues' })
export class Issue {
  @PrimaryGeneratedColumn({ name: 'issue_id' }) id: number;
  @ManyToOne(() => Magazine, (magazine) => magazine.issues)
  @JoinColumn({ name: 'magazine_ref' })
  magazine: Relation<Magazine>;
}

@Entity({ name: 'magazines' })
export class Magazine {
  @PrimaryGeneratedColumn({ name: 'magazine_id' }) id: number;
  @Column({ type: 'varchar', length: 40, name: 'full_title' }) title: string;
  @OneToMany(() => Issue, (issue) => issue.magazine) issues: Issue[];
}

/** The database sets some of its columns. */
@Entity()
export class Note {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) text: string;
  @UpdateDateColumn() changedAt: Date;
  @DeleteDateColumn() deletedAt: Date | null;
}

/** Its cards are eager; a subscriber loads its visits. */
@Entity()
export class Reader {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'varchar', length: 40 }) name: string;
  @OneToMany(() => Card, (card) => card.reader, { eager: true }) cards: Card[];
  @OneToMany(() => Visit, (visit) => visit.reader) visits: Visit[];
}

@Entity()
export class Card {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Reader, (reader) => reader.cards) reader: Relation<Reader>;
}

@Entity()
export class Visit {
  @PrimaryGeneratedColumn() id: number;
  @ManyToOne(() => Reader, (reader) => reader.visits) reader: Relation<Reader>;
}

/** Is known by an address that is unique in its branch, and by the number of its pass. */
@Entity()
@Unique(['branchId', 'email'])
export class Patron {
  @PrimaryGeneratedColumn() id: number;
  @Column({ type: 'int' }) branchId: number;
  @Column({ type: 'varchar', length: 40 }) email: string;
  @Index({ unique: true }) @Column({ type: 'varchar', length: 40 }) pass: string;
  @Column({ type: 'varchar', length: 40 }) state: string;
}

/** Reads for each entity that has been loaded, while it is on. */
@EventSubscriber()
export class VisitsReader implements EntitySubscriberInterface<Reader> {
  static isOn = false;

  listenTo() {
    return Reader;
  }

  async afterLoad(reader: Reader, { manager }: LoadEvent<Reader>): Promise<void> {
    if (!VisitsReader.isOn) return;
    reader.visits = await manager.findBy(Visit, { reader: { id: reader.id } }); // line: a subscriber that reads for each loaded entity
  }
}

export const LIBRARY_ENTITIES = [
  ...[Country, Author, Biography, Book, Tag, Copy, Branch, Loan],
  ...[Team, Member, Desk, Duty],
  ...[Subject, Shelf, Room, Employee, Medium, Film, Subtitle, Issue, Magazine],
  ...[Note, Reader, Card, Visit, Patron],
];
