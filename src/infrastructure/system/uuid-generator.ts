import { v7 } from 'uuid';
import { IdGenerator } from '../../application/shared/id-generator';

/** UUIDs of version 7: they sort by time, so new rows go to the end of an index instead of random places in it. */
export class UuidGenerator extends IdGenerator {
  next(): string {
    return v7();
  }
}
