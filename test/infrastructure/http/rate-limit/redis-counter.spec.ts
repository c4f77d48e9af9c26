import { execFileSync } from 'node:child_process';

it('a service without a store does not load the client for Redis', () => {
  const script = `
    require('./src/infrastructure/http/rate-limit/redis-counter');
    console.log(Object.keys(require.cache).filter((file) => file.includes('redis')).length);
  `;
  const loaded = execFileSync(process.execPath, ['--require', 'tsx/cjs', '--eval', script], { encoding: 'utf8' });
  expect(loaded.trim()).toBe('1');
});
