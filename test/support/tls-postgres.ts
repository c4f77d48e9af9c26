import { X509Certificate } from 'node:crypto';
import { chmodSync, chownSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { TLSSocket } from 'node:tls';
import { Client } from 'pg';
import type { EmbeddedPostgres } from '../../development-database';
import { startTemporaryPostgres } from '../../tools/service-process/temporary-postgres';
import type { UndoList } from '../../tools/undo-list';
import type { CertificateName, Certificates } from './certificates';

/** The files of the certificate that the server uses now. */
const SERVED = 'served';
const UNPRIVILEGED_USER = 65_534;
const POLL_MS = 10;

/** A PostgreSQL with TLS, whose certificate can be replaced while it runs. */
export class TlsPostgres {
  private constructor(
    private readonly certificates: Certificates,
    private readonly server: EmbeddedPostgres,
  ) {}

  /**
   * @param authority signs the client certificates that it accepts
   * @param rules of `pg_hba.conf`, before the one that lets everyone in who has a password
   */
  static async start(
    undo: UndoList,
    certificates: Certificates,
    { first, authority, rules }: { first: CertificateName; authority: CertificateName; rules: readonly string[] },
  ): Promise<TlsPostgres> {
    install(certificates, first);
    const server = await startTemporaryPostgres(undo, {
      ssl: 'on',
      ssl_cert_file: certificates.certificate(SERVED),
      ssl_key_file: certificates.key(SERVED),
      ssl_ca_file: certificates.certificate(authority),
      hba_file: certificates.file('hba.conf', [...rules, 'host all all 127.0.0.1/32 scram-sha-256', ''].join('\n')),
    });
    return new TlsPostgres(certificates, server);
  }

  /** The role of the service, without parameters for TLS. */
  get url(): string {
    return this.server.url;
  }

  /** Waits until new connections get this certificate. Those that are open keep theirs. */
  async serve(name: CertificateName): Promise<void> {
    install(this.certificates, name);
    await this.rows('SELECT pg_reload_conf()');
    const { fingerprint256 } = new X509Certificate(readFileSync(this.certificates.certificate(name)));
    while ((await this.served()) !== fingerprint256) await delay(POLL_MS);
  }

  /** Runs a statement as the superuser, on a new connection without TLS. */
  async rows<Row extends object = any>(sql: string): Promise<Row[]> {
    const client = new Client({ connectionString: this.server.adminUrl });
    await client.connect();
    try {
      return (await client.query<Row>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  private async served(): Promise<string | undefined> {
    const client = new Client({ connectionString: this.server.adminUrl, ssl: { rejectUnauthorized: false } });
    await client.connect();
    const { stream } = (client as unknown as { connection: { stream: TLSSocket } }).connection;
    const { fingerprint256 } = stream.getPeerCertificate();
    await client.end();
    return fingerprint256;
  }
}

/** PostgreSQL reads a key only if no one else can. */
function install(certificates: Certificates, name: CertificateName): void {
  const key = certificates.key(SERVED);
  certificates.copy(name, SERVED);
  chmodSync(key, 0o600);
  if (process.getuid?.() === 0) chownSync(key, UNPRIVILEGED_USER, UNPRIVILEGED_USER);
}
