import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

const PARAMETERS = ['sslcert', 'sslkey', 'sslrootcert'] as const;
type Parameter = (typeof PARAMETERS)[number];

const ENCRYPTED = /^(?:-----BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED)/m;

/** What to do about a file that cannot be read. */
const advice: Readonly<Record<string, string>> = {
  ENOENT: 'write the path of an existing file',
  EACCES: 'let the user of the service read it',
  EISDIR: 'write the path of a file in it',
};

/**
 * What is wrong with the files that a connection string names for TLS, to follow the name of its variable; empty if nothing
 * is. What only the server knows, such as which certificates it trusts, is not checked.
 *
 * @param parameters those of the connection string
 */
export function mistakesInTlsFiles(parameters: URLSearchParams, now = new Date()): string[] {
  const mistakes: string[] = [];
  const texts: Partial<Record<Parameter, string>> = {};
  for (const name of PARAMETERS) {
    const path = parameters.get(name);
    if (path) readInto(texts, name, path, mistakes);
  }
  if (mistakes.length > 0) return mistakes;
  const { sslcert, sslkey, sslrootcert } = texts;
  if ((sslcert === undefined) !== (sslkey === undefined)) {
    const [there, missing] = sslcert === undefined ? ['sslkey', 'sslcert'] : ['sslcert', 'sslkey'];
    mistakes.push(`contains ${there} without ${missing}: a client certificate needs both`);
  }
  if (sslcert !== undefined && parameters.get('sslmode') === 'disable') {
    mistakes.push('contains sslcert with sslmode=disable, which never sends it: use sslmode=verify-full');
  }
  if (sslrootcert !== undefined) certificateIn('sslrootcert', sslrootcert, mistakes);
  const certificate = sslcert === undefined ? undefined : certificateIn('sslcert', sslcert, mistakes);
  const key = sslkey === undefined ? undefined : keyIn(sslkey, mistakes);
  if (certificate) mistakes.push(...mistakesInValidity(certificate, now));
  if (certificate && key && !certificate.checkPrivateKey(key)) {
    mistakes.push(
      'names a key as sslkey that does not belong to the certificate of sslcert: use the one it was made with',
    );
  }
  return mistakes;
}

function readInto(texts: Partial<Record<Parameter, string>>, name: Parameter, path: string, mistakes: string[]): void {
  try {
    texts[name] = readFileSync(path, 'utf8');
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    const hint = advice[code];
    mistakes.push(`names the file ${path} as ${name}, which cannot be read (${code})${hint ? `: ${hint}` : ''}`);
  }
}

function certificateIn(name: Parameter, text: string, mistakes: string[]): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    mistakes.push(`names a file as ${name} that has no certificate: it begins with -----BEGIN CERTIFICATE-----`);
    return undefined;
  }
}

function keyIn(text: string, mistakes: string[]): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    mistakes.push(
      ENCRYPTED.test(text)
        ? 'names a key as sslkey that is encrypted, which the driver cannot read: decrypt it with openssl pkey'
        : 'names a file as sslkey that has no private key: it begins with -----BEGIN PRIVATE KEY-----',
    );
    return undefined;
  }
}

function mistakesInValidity({ validFrom, validTo }: X509Certificate, now: Date): string[] {
  const [from, to] = [new Date(validFrom), new Date(validTo)];
  if (to < now) return [`names a certificate as sslcert that expired on ${to.toISOString()}: renew it`];
  if (from > now) return [`names a certificate as sslcert that is not valid before ${from.toISOString()}`];
  return [];
}
