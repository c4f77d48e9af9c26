import { execFileSync } from 'node:child_process';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tls from 'node:tls';
import { Client } from 'pg';
import { waitForDatabase } from '../../../src/infrastructure/database/connect';
import { startTemporaryPostgres } from '../../../tools/service-process/temporary-postgres';
import { UndoList } from '../../../tools/undo-list';
import { Certificates } from '../../support/certificates';

const UNPRIVILEGED_USER = 65_534;
/** The role whose sessions need a client certificate. */
const ROLE = 'certified';
const PASSWORD = 'secret';
const ROOT = 'sslrootcert=CERTIFICATE';

/** The table of the guide: a server whose certificate is self-signed, and names localhost but not its address. */
describe('a server with a self-signed certificate', () => {
  const undo = new UndoList();
  const certificates = new Certificates();
  undo.add(() => certificates.remove());
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
    for (const authority of ['known', 'unknown']) certificates.authority(authority);
    certificates.signed('client', { by: 'known', commonName: ROLE });
    certificates.signed('of-another-role', { by: 'known', commonName: 'someone' });
    certificates.signed('expired', { by: 'known', commonName: ROLE, days: -1 });
    certificates.signed('untrusted', { by: 'unknown', commonName: ROLE });
    const rules = [
      `hostssl all ${ROLE} 127.0.0.1/32 scram-sha-256 clientcert=verify-full`,
      'host all all 127.0.0.1/32 scram-sha-256',
    ];
    const settings = {
      ssl: 'on',
      ssl_cert_file: certificate,
      ssl_key_file: key,
      ssl_ca_file: certificates.certificate('known'),
      hba_file: certificates.file('hba.conf', rules.join('\n')),
    };
    let adminUrl: string;
    ({ url, adminUrl } = await startTemporaryPostgres(undo, settings));
    const admin = new Client({ connectionString: adminUrl });
    await admin.connect();
    await admin.query(`CREATE ROLE ${ROLE} LOGIN PASSWORD '${PASSWORD}'`);
    await admin.end();
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

  describe('that asks for a client certificate', () => {
    const version = tls.DEFAULT_MAX_VERSION;
    afterEach(() => (tls.DEFAULT_MAX_VERSION = version));
    const urlOf = (name: string | undefined, key = name) => {
      const address = new URL(urlWith('localhost', `sslmode=verify-full&${ROOT}`));
      [address.username, address.password] = [ROLE, PASSWORD];
      if (name) address.searchParams.set('sslcert', certificates.certificate(name));
      if (key) address.searchParams.set('sslkey', certificates.key(key));
      return address.href;
    };

    it('accepts one that its authority has signed', async () => {
      const waiting = waitForDatabase(urlOf('client'), { attempts: 1, onRetry: () => undefined });
      await expect(waiting).resolves.toBeUndefined();
    });

    it.each([
      ['TLSv1.3', 'untrusted', 'untrusted', 'the server does not trust the client certificate: '],
      ['TLSv1.2', 'untrusted', 'untrusted', 'the server does not trust the client certificate: '],
      ['TLSv1.3', 'expired', 'expired', 'the client certificate has expired, by the clock of the server: renew it'],
      ['TLSv1.2', 'expired', 'expired', 'the client certificate has expired, by the clock of the server: renew it'],
      ['TLSv1.3', 'client', 'expired', 'the key of sslkey does not belong to the certificate of sslcert: '],
      ['TLSv1.3', 'of-another-role', 'of-another-role', '.*the common name of the certificate must be the role'],
      ['TLSv1.3', undefined, undefined, '.*: add sslcert and sslkey to the connection string'],
    ] as const)(
      'with %s refuses the certificate "%s" with the key "%s" in one line, and is not tried again',
      async (protocol, name, key, reason) => {
        tls.DEFAULT_MAX_VERSION = protocol;
        const retries: string[] = [];
        const waiting = waitForDatabase(urlOf(name, key), { attempts: 5, onRetry: (line) => retries.push(line) });
        await expect(waiting).rejects.toMatchObject({
          name: 'UnusableDatabaseError',
          message: expect.stringMatching(new RegExp(`^PostgreSQL at .* cannot be used: ${reason}.*$`)),
        });
        expect(retries).toEqual([]);
      },
    );
  });
});
