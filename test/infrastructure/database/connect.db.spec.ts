import { createServer, type AddressInfo, type Socket } from 'node:net';
import { UnusableDatabaseError, waitForDatabase } from '../../../src/infrastructure/database/connect';
import { TEMPLATE_DATABASE, urlFor } from '../../support/database-urls';

const lines: string[] = [];
const options = { attempts: 3, onRetry: (line: string) => lines.push(line) };
beforeEach(() => (lines.length = 0));

async function closedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('waiting for the database', () => {
  it('ends when the server accepts connections', async () => {
    await expect(waitForDatabase(urlFor(TEMPLATE_DATABASE), options)).resolves.toBeUndefined();
    expect(lines).toEqual([]);
  });

  it('fails after the configured attempts, with one line that names the server but not the password', async () => {
    const port = await closedPort();
    const waiting = waitForDatabase(`postgres://user:hush@127.0.0.1:${port}/shop`, options);
    await expect(waiting).rejects.toThrow(UnusableDatabaseError);
    await expect(waiting).rejects.toThrow(
      `PostgreSQL at 127.0.0.1:${port}/shop cannot be reached after 3 attempts: connect ECONNREFUSED 127.0.0.1:${port}.`,
    );
    expect(lines).toHaveLength(2);
    expect(lines.join()).not.toContain('hush');
  });

  it('does not retry when the server rejects the connection', async () => {
    const url = new URL(urlFor(TEMPLATE_DATABASE));
    url.username = 'nobody_of_this_name';
    await expect(waitForDatabase(url.href, options)).rejects.toThrow(/cannot be used: /);
    await expect(waitForDatabase(urlFor('no_such_database'), options)).rejects.toThrow(/cannot be used: /);
    expect(lines).toEqual([]);
  });

  it('does not retry without a password or without TLS, where they are needed', async () => {
    const withoutPassword = new URL(urlFor(TEMPLATE_DATABASE));
    withoutPassword.password = '';
    await expect(waitForDatabase(withoutPassword.href, options)).rejects.toThrow(/cannot be used: .*password/);
    const withTls = `${urlFor(TEMPLATE_DATABASE)}?sslmode=verify-full`;
    await expect(waitForDatabase(withTls, options)).rejects.toThrow(/cannot be used: .*SSL/);
    expect(lines).toEqual([]);
  });

  it('gives up on a server that accepts the connection and says nothing, and can be aborted meanwhile', async () => {
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    const sockets: Socket[] = [];
    await new Promise((resolve) => silent.once('listening', resolve));
    const url = `postgres://127.0.0.1:${(silent.address() as AddressInfo).port}/shop`;
    const controller = new AbortController();
    const waiting = waitForDatabase(url, { attempts: 1, onRetry: () => undefined, signal: controller.signal });
    while (sockets.length === 0) await new Promise((resolve) => setImmediate(resolve));
    controller.abort();
    await expect(waiting).rejects.toThrow(/abort/i);
    await expect(waitForDatabase(url, { attempts: 1, onRetry: () => undefined })).rejects.toThrow(
      /cannot be reached after 1 attempts/,
    );
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => silent.close(resolve));
  });

  it('ends when it is aborted', async () => {
    const controller = new AbortController();
    const waiting = waitForDatabase(`postgres://127.0.0.1:${await closedPort()}/shop`, {
      attempts: 100,
      onRetry: () => controller.abort(),
      signal: controller.signal,
    });
    await expect(waiting).rejects.toThrow(/abort/i);
  });
});
