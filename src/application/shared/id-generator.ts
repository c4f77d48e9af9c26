/** Port: identities of new aggregates, as UUIDs that sort by the time they were made. */
export abstract class IdGenerator {
  abstract next(): string;
}
