import { Controller } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  Ctx,
  EventPattern,
  KafkaContext,
  KafkaHeaders,
  KafkaRetriableException,
  MessagePattern,
  Payload,
  ServerKafka,
  type MicroserviceOptions,
} from '@nestjs/microservices';
import { EventEmitter, once } from 'node:events';
import { DataSource } from 'typeorm';
import { unitsModule } from './support/application';

type Received = Parameters<ServerKafka['handleMessage']>[0];
type Handle = (payload: Received) => Promise<void>;

interface Response {
  readonly topic: string;
}

class Responses {
  private readonly events = new EventEmitter();
  private readonly sent: Response[] = [];

  add(response: Response): Promise<void> {
    this.sent.push(response);
    this.events.emit('sent');
    return Promise.resolve();
  }

  async next(): Promise<Response> {
    if (this.sent.length === 0) await once(this.events, 'sent');
    return this.sent.shift()!;
  }
}

/** Nest's own server for Kafka. What a consumer and a producer of a broker would do, a test does. */
class ServerWithoutBroker extends ServerKafka {
  readonly responses = new Responses();
  private handle!: Handle;

  constructor() {
    super({});
  }

  override createClient<T>(): Promise<T> {
    const started = { connect: () => Promise.resolve(), disconnect: () => Promise.resolve() };
    const events = { on: () => undefined, events: {} };
    const consumer = {
      ...started,
      ...events,
      subscribe: () => Promise.resolve(),
      run: ({ eachMessage }: { eachMessage: Handle }) => void (this.handle = eachMessage),
    };
    const producer = { ...started, ...events, send: (record: Response) => this.responses.add(record) };
    return Promise.resolve({ consumer: () => consumer, producer: () => producer } as T);
  }

  /** Gives a message to the server as kafkajs does, and resolves when its offset may be committed. */
  receive(topic: string, value: string, headers: Record<string, string> = {}): Promise<void> {
    const message = { key: null, value: Buffer.from(value), headers, offset: '0', timestamp: '0', attributes: 0 };
    const payload = { topic, partition: 0, message, heartbeat: () => Promise.resolve(), pause: () => () => undefined };
    return this.handle(payload);
  }
}

@Controller()
class ReadersController {
  constructor(private readonly dataSource: DataSource) {}

  @MessagePattern('readers.find')
  async find(@Payload() id: string, @Ctx() context: KafkaContext) {
    await this.dataSource.query('SELECT 1 AS found');
    return { key: id, value: context.getTopic() };
  }

  @EventPattern('readers.joined')
  async joined(@Payload() _reader: string) {
    await this.dataSource.query('SELECT 1 AS joined');
  }

  @EventPattern(/^readers\.left\..+$/)
  async left(@Payload() _reader: string) {
    await this.dataSource.query('SELECT 1 AS gone');
  }

  @EventPattern('readers.failed')
  async failed(@Payload() _reader: string) {
    await this.dataSource.query('SELECT 1 AS failed');
    throw new KafkaRetriableException('on purpose');
  }
}

describe('a message of Kafka', () => {
  const { module, closed } = unitsModule({ controllers: [ReadersController] });
  const server = new ServerWithoutBroker();
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const options = { strategy: server, logger: false, abortOnError: false } as const;
    const app = await NestFactory.createMicroservice<MicroserviceOptions>(module, options);
    await app.listen();
    stop = () => app.close();
  });
  afterAll(() => stop());

  it('is named by its topic and by its handler, whatever the topic of the response is', async () => {
    const headers = { [KafkaHeaders.CORRELATION_ID]: 'secret', [KafkaHeaders.REPLY_TOPIC]: 'readers.find.reply' };
    await server.receive('readers.find', 'secret', headers);
    expect(await closed.one()).toMatchObject({
      name: 'MESSAGE readers.find',
      handler: 'ReadersController.find',
      statements: 1,
      late: 0,
    });
    expect((await server.responses.next()).topic).toBe('readers.find.reply');
  });

  it('that is an event is named by its topic', async () => {
    await server.receive('readers.joined', 'secret');
    expect(await closed.one()).toMatchObject({
      name: 'EVENT readers.joined',
      handler: 'ReadersController.joined',
      statements: 1,
    });
  });

  it('is named by its pattern if that is a regular expression, never by the topic', async () => {
    await server.receive('readers.left.secret', 'secret');
    expect(await closed.one()).toMatchObject({
      name: String.raw`EVENT /^readers\.left\..+$/`,
      handler: 'ReadersController.left',
      statements: 1,
    });
  });

  it('ends when its handler fails, and the error that asks for another try reaches the consumer', async () => {
    await expect(server.receive('readers.failed', 'secret')).rejects.toThrow(KafkaRetriableException);
    expect(await closed.one()).toMatchObject({ handler: 'ReadersController.failed', statements: 1 });
  });
});
