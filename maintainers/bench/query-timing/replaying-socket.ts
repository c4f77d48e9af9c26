import { EventEmitter } from 'node:events';

/**
 * Replaces the socket to a PostgreSQL server: the real pg client writes its messages here and immediately receives
 * prepared bytes. TypeORM and pg do all their work, and neither a network nor a server adds noise.
 */
export class ReplayingSocket extends EventEmitter {
  writable = true;
  private readonly replies: Buffer[] = [];
  private started = false;

  constructor(private readonly row: RowMessages) {
    super();
  }

  connect(): this {
    queueMicrotask(() => this.emit('connect'));
    return this;
  }

  write(data: Buffer): boolean {
    if (this.started) this.replyTo(data);
    else this.start();
    return true;
  }

  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  cork(): void {
    // Each message gets its own reply.
  }
  uncork(): void {
    // Nothing was held back.
  }
  end(): void {
    this.emit('end');
    this.emit('close');
  }
  destroy(): void {
    this.end();
  }

  private start(): void {
    this.started = true;
    this.send(Buffer.concat([message('R', int32(0)), message('K', Buffer.alloc(8)), READY]));
  }

  private replyTo(data: Buffer): void {
    for (let at = 0; at < data.length; at += 1 + data.readInt32BE(at + 1)) {
      switch (data[at]) {
        case 81: // Q: a simple query
          this.replies.push(this.row.description, this.row.data, this.row.complete, READY);
          break;
        case 80: // P: parse
          this.replies.push(message('1'));
          break;
        case 66: // B: bind
          this.replies.push(message('2'));
          break;
        case 68: // D: describe
          this.replies.push(this.row.description);
          break;
        case 69: // E: execute
          this.replies.push(this.row.data, this.row.complete);
          break;
        case 83: // S: sync
          this.replies.push(READY);
          break;
        default: // Other messages, such as flush and terminate, get no reply.
      }
    }
    if (this.replies.at(-1) === READY) this.send(Buffer.concat(this.replies.splice(0)));
  }

  private send(bytes: Buffer): void {
    queueMicrotask(() => this.emit('data', bytes));
  }
}

/** The row that every query returns, as three messages. */
export interface RowMessages {
  readonly description: Buffer;
  readonly data: Buffer;
  readonly complete: Buffer;
}

/** The messages of a row with text columns. */
export function rowMessages(columns: Readonly<Record<string, string>>): RowMessages {
  const names = Object.keys(columns);
  const description = names.map((name) =>
    Buffer.concat([
      Buffer.from(`${name}\0`),
      Buffer.alloc(6),
      int32(25),
      Buffer.from([0xff, 0xff]),
      int32(-1),
      Buffer.alloc(2),
    ]),
  );
  const data = Object.values(columns).map((value) =>
    Buffer.concat([int32(Buffer.byteLength(value)), Buffer.from(value)]),
  );
  return {
    description: message('T', Buffer.concat([int16(names.length), ...description])),
    data: message('D', Buffer.concat([int16(names.length), ...data])),
    complete: message('C', Buffer.from('SELECT 1\0')),
  };
}

function message(type: string, body: Buffer = Buffer.alloc(0)): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

const READY = message('Z', Buffer.from('I'));
