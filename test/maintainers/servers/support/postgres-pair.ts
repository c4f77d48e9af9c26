import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { locatePackage, prepareBinaries, type Binaries } from '../../../../development-database/binaries';
import { freePort } from '../../../../development-database/free-port';
import { isRoot, unprivilegedUser } from '../../../../development-database/system-user';
import { ServerFolder } from '../../../support/debian/server-folder';
import type { ServerProcess } from '../../../support/debian/server-process';

const program = (command: string) => ({ command, args: [], env: { PATH: process.env.PATH ?? '' } });
const argumentsOf = (settings: Readonly<Record<string, string>>) =>
  Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);

/** The embedded PostgreSQL as a primary and its standby. */
export class PostgresPair {
  private readonly clients: Client[] = [];

  private constructor(
    private readonly folder: ServerFolder,
    readonly primaryUrl: string,
    readonly standbyUrl: string,
    private readonly standby: ServerProcess,
  ) {}

  /** @param settings of both */
  static async start(settings: Readonly<Record<string, string>>): Promise<PostgresPair> {
    const folder = new ServerFolder('PostgreSQL', '/');
    try {
      const home = join(folder.data, 'binaries');
      mkdirSync(home);
      const binaries = await prepareBinaries(locatePackage(), home, isRoot() ? unprivilegedUser : undefined);
      const [primary, standby] = [join(folder.data, 'primary'), join(folder.data, 'standby')];
      const options = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '-N'];
      await folder.run(program(binaries.initdb), ['-D', primary, ...options]).finished();
      // Before its first start: a backup needs no program then.
      await folder.run(program('cp'), ['-a', primary, standby]).finished();
      writeFileSync(join(standby, 'standby.signal'), '');
      const port = await freePort();
      await start(folder, binaries, primary, port, settings).ready(/ready to accept connections/);
      const standbyPort = await freePort();
      const source = `host=127.0.0.1 port=${port} user=postgres application_name=the_standby`;
      // At least as many as where its log begins: before the first start of the primary, with the default.
      const more = { max_connections: '100', primary_conninfo: source };
      const other = start(folder, binaries, standby, standbyPort, { ...settings, ...more });
      await other.ready(/ready to accept read-only connections/);
      return new PostgresPair(folder, urlOf(port), urlOf(standbyPort), other);
    } catch (error) {
      await folder.clear('SIGKILL');
      throw error;
    }
  }

  /** A session that is open until the servers are stopped. */
  async connect(url = this.primaryUrl): Promise<Client> {
    const client = new Client({ connectionString: url });
    // The server may end it.
    client.on('error', () => undefined);
    this.clients.push(client);
    await client.connect();
    return client;
  }

  stopStandby(): Promise<void> {
    return this.standby.stop('SIGQUIT');
  }

  async stop(): Promise<void> {
    await this.folder.clear('SIGQUIT');
    await Promise.all(this.clients.map((client) => client.end().catch(() => undefined)));
  }
}

const urlOf = (port: number) => `postgres://postgres@127.0.0.1:${port}/postgres`;

function start(
  folder: ServerFolder,
  { postgres }: Binaries,
  data: string,
  port: number,
  settings: Readonly<Record<string, string>>,
): ServerProcess {
  const all = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    fsync: 'off',
    ...settings,
  };
  return folder.run(program(postgres), ['-D', data, ...argumentsOf(all)]);
}
