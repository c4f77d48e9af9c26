import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { waitForDatabase } from '../../../src/infrastructure/database/connect';
import { startTemporaryPostgres } from '../../../tools/service-process/temporary-postgres';
import { UndoList } from '../../../tools/undo-list';

const UNPRIVILEGED_USER = 65_534;
const ROOT = 'sslrootcert=CERTIFICATE';

/** The table of the guide: a server whose certificate is self-signed, and names localhost but not its address. */
describe('a server with a self-signed certificate', () => {
  const undo = new UndoList();
  let url: string;
  let certificate: string;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tls-'));
    undo.add(() => rm(folder, { recursive: true, force: true }));
    await chmod(folder, 0o755);
    certificate = join(folder, 'server.crt');
    const key = join(folder, 'server.key');
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const files = ['-out', certificate, '-keyout', key];
    execFileSync('openssl', ['req', '-new', '-x509', '-days', '2', '-nodes', ...names, ...files], { stdio: 'ignore' });
    await chmod(key, 0o600);
    if (process.getuid?.() === 0) await chown(key, UNPRIVILEGED_USER, UNPRIVILEGED_USER);
    const settings = { ssl: 'on', ssl_cert_file: certificate, ssl_key_file: key };
    ({ url } = await startTemporaryPostgres(undo, settings));
    // pg warns of the modes that will change their meaning.
    jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  });
  afterAll(() => undo.run());

  const urlWith = (host: string, parameters: string) => {
    const address = new URL(url);
    address.hostname = host;
    return `${address.href}?${parameters.replace('CERTIFICATE', encodeURIComponent(certificate))}`;
  };

  it.each([
    ['', false],
    ['sslmode=disable', false],
    ['sslmode=no-verify', true],
    ['sslmode=require&uselibpqcompat=true', true],
    ['sslmode=prefer&uselibpqcompat=true', true],
    [`sslmode=verify-full&${ROOT}`, true],
    [`sslmode=require&${ROOT}`, true],
  ])('is accepted with "%s", encrypted: %s', async (parameters, encrypted) => {
    const client = new Client({ connectionString: urlWith('localhost', parameters) });
    await client.connect();
    const { rows } = await client.query('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
    await client.end();
    expect(rows).toEqual([{ ssl: encrypted }]);
  });

  it.each([
    ['localhost', 'sslmode=allow', 'self-signed certificate'],
    ['localhost', 'sslmode=prefer', 'self-signed certificate'],
    ['localhost', 'sslmode=require', 'self-signed certificate'],
    ['localhost', 'sslmode=verify-ca', 'self-signed certificate'],
    ['localhost', 'sslmode=verify-full', 'self-signed certificate'],
    ['127.0.0.1', `sslmode=verify-ca&${ROOT}`, "Hostname/IP does not match certificate's altnames"],
  ])('at %s is refused with "%s" in one line, and not tried again', async (host, parameters, reason) => {
    const retries: string[] = [];
    const waiting = waitForDatabase(urlWith(host, parameters), { attempts: 5, onRetry: (line) => retries.push(line) });
    await expect(waiting).rejects.toMatchObject({
      name: 'UnusableDatabaseError',
      message: expect.stringMatching(new RegExp(`^PostgreSQL at .* cannot be used: ${reason}.*$`)),
    });
    expect(retries).toEqual([]);
  });

  it('accepts another name with verify-ca only if the driver is asked to behave like libpq', async () => {
    const client = new Client({
      connectionString: urlWith('127.0.0.1', `sslmode=verify-ca&uselibpqcompat=true&${ROOT}`),
    });
    await client.connect();
    await client.end();
  });
});
