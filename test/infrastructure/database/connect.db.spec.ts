import { createServer, type AddressInfo } from 'node:net';
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
    await expect(waitForDatabase(url.href, options)).rejects.toThrow(/refuses the connection/);
    await expect(waitForDatabase(urlFor('no_such_database'), options)).rejects.toThrow(/refuses the connection/);
    expect(lines).toEqual([]);
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
