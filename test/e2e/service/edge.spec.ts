import { Scrape, statementsDuring } from '../../support/metrics';
import { ProbeModule } from '../../support/probe.module';
import { expectProblem } from '../../support/problems';
import { RunningService } from '../../support/running-service';

describe('for every feature, the service', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({ LOG_LEVEL: 'info' }, [ProbeModule]);
  });
  afterAll(() => service.stop());

  const read = (name: string) => service.request(`/api/v1/probes/${name}`, { scopes: [] });
  const write = (body: unknown, scopes: string[]) =>
    service.request('/api/v1/probes', { method: 'POST', body, scopes });

  it('accepts a token, and passes the caller on', async () => {
    expect(await read('one')).toMatchObject({ status: 200, body: { name: 'one', subject: 'alice' } });
  });

  it('rejects requests without a token or without the scope', async () => {
    expectProblem(await service.request('/api/v1/probes/one', { as: null }), 401, 'unauthenticated');
    expectProblem(await write({ name: 'one' }, []), 403, 'forbidden');
    expect(await write({ name: 'one' }, ['probes:write'])).toMatchObject({ status: 201 });
  });

  it('responds to a refusal with its problem', async () => {
    expect(expectProblem(await read('refused'), 409, 'refused').detail).toBe('It is refused.');
  });

  it('reports the place of each error in a request', async () => {
    const { errors } = expectProblem(await write({ name: '' }, ['probes:write']), 400, 'validation-failed');
    expect(errors).toMatchObject([{ in: 'body', path: 'name' }]);
    expectProblem(await write('{"name":', ['probes:write']), 400, 'bad-request');
  });

  it('responds with 404 on any other path', async () => {
    for (const path of ['/', '/api/v1/nothing', '/api/v1/probes/one/two'])
      expectProblem(await service.request(path), 404, 'not-found');
  });

  it('counts and times the statements, without personal data in the metrics', async () => {
    expect(await statementsDuring(service, () => read('one'))).toBe(1);
    const scrape = await Scrape.of(service);
    const durations = scrape.value('db_query_duration_seconds_count{query_type="SELECT"}');
    expect(durations).toBe(scrape.value('db_queries_total{query_type="SELECT"}'));
    const { body } = await service.request<string>('/metrics', { as: null });
    expect(body).not.toContain('alice');
  });

  it('writes one log line per request, with the id of the response', async () => {
    const { headers } = await read('one');
    const id = headers.get('x-request-id');
    const line = await service.log.first(({ requestId, msg }) => requestId === id && msg === 'request completed');
    expect(line).toMatchObject({ method: 'GET', path: '/api/v1/probes/one', status: 200 });
  });

  it('documents its operations', async () => {
    const { body } = await service.request<{ paths: object }>('/docs/json', { as: null });
    expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/api/v1/probes', '/api/v1/probes/{name}']));
    expect(await service.request('/docs', { as: null })).toMatchObject({ status: 200 });
  });

  it('is live, is ready while it can work, and is not ready when it stops', async () => {
    expect(await service.request('/health/live', { as: null })).toMatchObject({ status: 200 });
    expect(await service.request('/health/ready', { as: null })).toMatchObject({ status: 200 });
    const stopping = service.service.stop(200);
    expectProblem(await service.request('/health/ready', { as: null }), 503, 'unavailable');
    await stopping;
  });
});
