import { credentials, loadPackageDefinition, type ClientDuplexStream, type ServerDuplexStream } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { Controller, Injectable, UseGuards, type CanActivate } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  GrpcMethod,
  GrpcStreamCall,
  GrpcStreamMethod,
  Transport,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { defer, from, map, mergeMap, reduce, type Observable } from 'rxjs';
import { once } from 'node:events';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { unitsModule } from './support/application';
import { freePort } from './support/free-port';

const PROTO = join(__dirname, 'support/library.proto');

interface Loan {
  readonly id: number;
}

@Injectable()
class QueryingGuard implements CanActivate {
  constructor(private readonly dataSource: DataSource) {}

  async canActivate(): Promise<boolean> {
    await this.dataSource.query('SELECT 1 AS guard');
    return true;
  }
}

@Controller()
class LoansController {
  constructor(private readonly dataSource: DataSource) {}

  @GrpcMethod('Loans', 'Find')
  @UseGuards(QueryingGuard)
  async find(loan: Loan) {
    await this.note();
    return loan;
  }

  @GrpcMethod('Loans', 'Fail')
  async fail() {
    await this.note();
    throw new Error('on purpose');
  }

  @GrpcMethod('Loans', 'List')
  list(): Observable<Loan> {
    return from([1, 2, 3]).pipe(mergeMap((id) => defer(() => this.note()).pipe(map(() => ({ id })))));
  }

  // Nest passes the messages on when the handler has returned: one that awaits them waits for ever.
  @GrpcStreamMethod('Loans', 'Add')
  add(loans: Observable<Loan>): Observable<Loan> {
    return loans.pipe(
      mergeMap(() => this.note()),
      reduce((sum) => ({ id: sum.id + 1 }), { id: 0 }),
    );
  }

  @GrpcStreamMethod('Loans', 'Follow')
  follow(loans: Observable<Loan>): Observable<Loan> {
    return loans.pipe(mergeMap(async (loan) => this.note().then(() => loan)));
  }

  @GrpcStreamCall('Loans', 'Count')
  count(call: ServerDuplexStream<Loan, Loan>, respond: (error: Error | null, loan: Loan) => void): void {
    let id = 0;
    const notes: Promise<void>[] = [];
    call.on('data', () => {
      id++;
      notes.push(this.note());
    });
    call.on('end', () => void Promise.all(notes).then(() => respond(null, { id })));
  }

  @GrpcStreamCall('Loans', 'Talk')
  talk(call: ServerDuplexStream<Loan, Loan>): void {
    const notes: Promise<unknown>[] = [];
    call.on('data', (loan: Loan) => notes.push(this.note().then(() => call.write(loan))));
    call.on('end', () => void Promise.all(notes).then(() => call.end()));
  }

  private async note(): Promise<void> {
    await this.dataSource.query('SELECT 1 AS note');
  }
}

type Respond = (error: Error | null, loan: Loan) => void;
interface Client {
  find(loan: Loan, respond: Respond): void;
  fail(loan: Loan, respond: Respond): void;
  list(loan: Loan): AsyncIterable<Loan>;
  add(respond: Respond): ClientDuplexStream<Loan, Loan>;
  follow(): ClientDuplexStream<Loan, Loan>;
  count(respond: Respond): ClientDuplexStream<Loan, Loan>;
  talk(): ClientDuplexStream<Loan, Loan>;
  close(): void;
}

const responseOf = (call: (respond: Respond) => unknown): Promise<Loan> =>
  new Promise((resolve, reject) => {
    call((error, loan) => (error === null ? resolve(loan) : reject(error)));
  });

describe('a message over gRPC', () => {
  const { module, closed } = unitsModule({ controllers: [LoansController], providers: [QueryingGuard] });
  let stop: () => Promise<void>;
  let client: Client;
  beforeAll(async () => {
    const url = `127.0.0.1:${await freePort()}`;
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, {
      transport: Transport.GRPC,
      options: { url, package: 'library', protoPath: PROTO },
      logger: false,
      abortOnError: false,
    });
    await app.listen();
    stop = () => app.close();
    const { library } = loadPackageDefinition(loadSync(PROTO)) as unknown as {
      library: { Loans: new (url: string, security: object) => Client };
    };
    client = new library.Loans(url, credentials.createInsecure());
  });
  afterAll(async () => {
    client.close();
    await stop();
  });

  /** Sends each message when the response to the one before has come: by then the handler waits for it. */
  async function inTurn(call: ClientDuplexStream<Loan, Loan>, ids: readonly number[]): Promise<void> {
    for (const id of ids) {
      call.write({ id });
      await once(call, 'data');
    }
    call.end();
    await once(call.resume(), 'end');
  }

  it('is named by its service and method and by its handler, and counts the statements of guards', async () => {
    expect(await responseOf((respond) => client.find({ id: 7 }, respond))).toEqual({ id: 7 });
    expect(await closed.one()).toMatchObject({
      name: 'GRPC Loans/Find',
      handler: 'LoansController.find',
      distinct: [{ statement: 'SELECT ? AS guard' }, { statement: 'SELECT ? AS note' }],
      late: 0,
    });
  });

  it('ends when its handler fails', async () => {
    await expect(responseOf((respond) => client.fail({ id: 7 }, respond))).rejects.toThrow();
    expect(await closed.one()).toMatchObject({ handler: 'LoansController.fail', statements: 1 });
  });

  it('counts the statements of a response that is a stream', async () => {
    const loans: Loan[] = [];
    for await (const loan of client.list({ id: 0 })) loans.push(loan);
    expect(loans).toHaveLength(3);
    expect(await closed.one()).toMatchObject({ name: 'GRPC Loans/List', statements: 3, late: 0 });
  });

  it('counts the statements for each message of a request that is a stream', async () => {
    const response = await responseOf((respond) => {
      const call = client.add(respond);
      for (const id of [1, 2, 3]) call.write({ id });
      call.end();
    });
    expect(response).toEqual({ id: 3 });
    expect(await closed.one()).toMatchObject({ name: 'GRPC Loans/Add', statements: 3, late: 0 });
  });

  it('counts the statements of messages that arrive after the handler has returned', async () => {
    await inTurn(client.follow(), [1, 2, 3, 4]);
    expect(await closed.one()).toMatchObject({ handler: 'LoansController.follow', statements: 4, late: 0 });
  });

  it('ends with the response where the handler receives the call itself', async () => {
    const response = await responseOf((respond) => {
      const call = client.count(respond);
      for (const id of [1, 2, 3]) call.write({ id });
      call.end();
    });
    expect(response).toEqual({ id: 3 });
    expect(await closed.one()).toMatchObject({ handler: 'LoansController.count', statements: 3, late: 0 });
  });

  it('ends with the last of several responses where the handler receives the call itself', async () => {
    await inTurn(client.talk(), [1, 2, 3]);
    expect(await closed.one()).toMatchObject({ handler: 'LoansController.talk', statements: 3, late: 0 });
  });

  it('ends when its client cancels it', async () => {
    const call = client.talk();
    call.write({ id: 1 });
    await once(call, 'data');
    call.on('error', () => undefined);
    call.cancel();
    expect(await closed.one()).toMatchObject({ handler: 'LoansController.talk', statements: 1, late: 0 });
  });
});
