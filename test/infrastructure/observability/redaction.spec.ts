import { createLogger } from '../../../src/infrastructure/observability/logger';
import { withoutSecrets } from '../../../src/infrastructure/observability/redaction';
import { LogCapture } from '../../support/log-capture';

const secrets = ['authorization', 'cookie', 'password', 'token', 'secret', 'DATABASE_URL', 'parameters'];

describe('a redacted log entry', () => {
  it.each(secrets)('has no %s at any of three levels', (name) => {
    const entry = { [name]: 's3cret', a: { [name]: ['s3cret'], b: { [name]: { of: 's3cret' } } } };
    const safe = withoutSecrets(entry);
    expect(JSON.stringify(safe)).not.toContain('s3cret');
    expect(safe).toEqual({ [name]: '[redacted]', a: { [name]: '[redacted]', b: { [name]: '[redacted]' } } });
  });

  it('is what the logger of the service writes', () => {
    const log = new LogCapture();
    createLogger({ level: 'info', format: 'json' }, log).info({ headers: { authorization: 's3cret' } }, 'asked');
    expect(log.lines).toMatchObject([{ msg: 'asked', headers: { authorization: '[redacted]' } }]);
  });

  it('keeps all other values, including lists', () => {
    const entry = { path: '/x', list: [{ token: 'abc', id: 1 }, 2], none: null, nothing: undefined, at: new Date(0) };
    expect(withoutSecrets(entry)).toEqual({ ...entry, list: [{ token: '[redacted]', id: 1 }, 2] });
  });

  it('does not change the original', () => {
    const entry = { headers: { cookie: 'a=b' } };
    withoutSecrets(entry);
    expect(entry).toEqual({ headers: { cookie: 'a=b' } });
  });

  it('is the original if it has no secrets', () => {
    const entry = { requestId: 'r', status: 200, nested: { fine: true } };
    expect(withoutSecrets(entry)).toBe(entry);
  });

  it('leaves errors to their serializer', () => {
    const error = Object.assign(new Error('failed'), { parameters: ['s3cret'] });
    expect(withoutSecrets({ err: error }).err).toBe(error);
  });
});
