import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The files of a certificate and of its key, without endings. */
export type CertificateName = string;

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** Makes certificates in its own folder, which other users can read. */
export class Certificates {
  readonly folder = mkdtempSync(join(tmpdir(), 'certificates-'));

  constructor() {
    chmodSync(this.folder, 0o755);
  }

  /** One that signs others. */
  authority(name: CertificateName): void {
    this.openssl('req', '-new', '-x509', '-days', '2', ...KEY, '-subj', `/CN=${name}`, ...this.files(name));
  }

  /** @param days of its validity; -1 for one that has expired */
  signed(name: CertificateName, { by, commonName, days = 2 }: { by: string; commonName: string; days?: number }): void {
    const request = this.path(`${name}.csr`);
    this.openssl('req', '-new', ...KEY, '-subj', `/CN=${commonName}`, '-out', request, '-keyout', this.key(name));
    const authority = ['-CA', this.certificate(by), '-CAkey', this.key(by), '-CAcreateserial'];
    this.openssl('x509', '-req', '-in', request, '-days', String(days), ...authority, '-out', this.certificate(name));
  }

  /** Replaces the files of `to`. */
  copy(name: CertificateName, to: CertificateName): void {
    copyFileSync(this.certificate(name), this.certificate(to));
    copyFileSync(this.key(name), this.key(to));
  }

  /** A copy of the key with a password. */
  encrypted(name: CertificateName): string {
    const path = this.path(`${name}.encrypted`);
    this.openssl('pkey', '-in', this.key(name), '-aes256', '-passout', 'pass:secret', '-out', path);
    return path;
  }

  file(name: string, text: string): string {
    writeFileSync(this.path(name), text);
    return this.path(name);
  }

  certificate = (name: CertificateName): string => this.path(`${name}.crt`);
  key = (name: CertificateName): string => this.path(`${name}.key`);

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private path(file: string): string {
    return join(this.folder, file);
  }

  private files(name: CertificateName): string[] {
    return ['-out', this.certificate(name), '-keyout', this.key(name)];
  }

  private openssl(...args: string[]): void {
    execFileSync('openssl', args, { stdio: 'ignore' });
  }
}
