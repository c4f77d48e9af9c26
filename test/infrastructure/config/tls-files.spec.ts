import { mistakesInTlsFiles } from '../../../src/infrastructure/config/tls-files';
import { Certificates } from '../../support/certificates';

describe('the files for TLS that a connection string names', () => {
  const files = new Certificates();
  beforeAll(() => {
    files.authority('ca');
    files.signed('client', { by: 'ca', commonName: 'app' });
    files.signed('other', { by: 'ca', commonName: 'app' });
    files.signed('expired', { by: 'ca', commonName: 'app', days: -1 });
  });
  afterAll(() => files.remove());

  const mistakesIn = (parameters: Readonly<Record<string, string>>, now?: Date) =>
    mistakesInTlsFiles(new URLSearchParams(parameters), now);
  const client = () => ({ sslcert: files.certificate('client'), sslkey: files.key('client') });

  it('are right if the key belongs to the certificate', () => {
    expect(mistakesIn({ ...client(), sslrootcert: files.certificate('ca'), sslmode: 'verify-full' })).toEqual([]);
    expect(mistakesIn({})).toEqual([]);
  });

  it('must be readable, each of them', () => {
    const missing = { sslcert: '/nowhere/client.crt', sslkey: files.folder };
    expect(mistakesIn(missing)).toEqual([
      'names the file /nowhere/client.crt as sslcert, which cannot be read (ENOENT): write the path of an existing file',
      `names the file ${files.folder} as sslkey, which cannot be read (EISDIR): write the path of a file in it`,
    ]);
  });

  it('must be both there, the certificate and its key', () => {
    const { sslcert, sslkey } = client();
    expect(mistakesIn({ sslcert })).toEqual(['contains sslcert without sslkey: a client certificate needs both']);
    expect(mistakesIn({ sslkey })).toEqual(['contains sslkey without sslcert: a client certificate needs both']);
  });

  it('must belong together', () => {
    expect(mistakesIn({ ...client(), sslkey: files.key('other') })).toEqual([
      expect.stringMatching(/^names a key as sslkey that does not belong to the certificate of sslcert: /),
    ]);
  });

  it('must have a certificate and a key in PEM, and the key no password', () => {
    const empty = files.file('empty', '');
    expect(mistakesIn({ sslcert: empty, sslkey: empty, sslrootcert: empty })).toEqual([
      'names a file as sslrootcert that has no certificate: it begins with -----BEGIN CERTIFICATE-----',
      'names a file as sslcert that has no certificate: it begins with -----BEGIN CERTIFICATE-----',
      'names a file as sslkey that has no private key: it begins with -----BEGIN PRIVATE KEY-----',
    ]);
    expect(mistakesIn({ ...client(), sslkey: files.encrypted('client') })).toEqual([
      expect.stringMatching(/^names a key as sslkey that is encrypted, .* openssl pkey$/),
    ]);
  });

  it('must be valid now', () => {
    const expired = { sslcert: files.certificate('expired'), sslkey: files.key('expired') };
    expect(mistakesIn(expired)).toEqual([
      expect.stringMatching(/^names a certificate as sslcert that expired on .*: renew it$/),
    ]);
    expect(mistakesIn(client(), new Date(0))).toEqual([expect.stringMatching(/ that is not valid before /)]);
  });

  it('must be sent', () => {
    expect(mistakesIn({ ...client(), sslmode: 'disable' })).toEqual([
      expect.stringMatching(/^contains sslcert with sslmode=disable, which never sends it: /),
    ]);
  });
});
