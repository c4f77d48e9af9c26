import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import * as mysql2 from 'mysql2';
import * as pg from 'pg';
import type { DataSource } from 'typeorm';
import { mysqlConnector } from '../../../src/query-timing/explain/mysql/mysql-connector';
import { postgresConnector } from '../../../src/query-timing/explain/postgres/postgres-connector';
import {
  SideConnectionTimeoutError,
  usedOnce,
  type Connector,
} from '../../../src/query-timing/explain/side-connection';

/** Accepts connections, and says nothing. */
let server: Server;
beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => new Promise((closed) => server.close(closed)));

const CONNECTORS: Readonly<Record<string, (options: object) => Connector<unknown>>> = {
  PostgreSQL: (options) => postgresConnector(withDriver({ postgres: pg, master: { options } })),
  MySQL: (options) =>
    mysqlConnector(withDriver({ mysql: mysql2, pool: mysql2.createPool({ ...options, connectTimeout: 600_000 }) })),
};
const withDriver = (driver: object) => ({ driver }) as unknown as DataSource;

it.each(Object.keys(CONNECTORS))('a server that says nothing holds no connection for %s', async (name) => {
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const connector = CONNECTORS[name]!({ host: '127.0.0.1', port, user: 'app' });
  const work = usedOnce(connector, 50, () => Promise.resolve());
  await expect(work).rejects.toThrow(SideConnectionTimeoutError);
  const [socket] = await accepted;
  socket.on('error', () => undefined).resume();
  if (!socket.closed) await once(socket, 'close');
  expect(socket.closed).toBe(true);
});
