/** Port: ids of new aggregates, as UUIDs that sort by creation time. */
export abstract class IdGenerator {
  abstract next(): string;
}
