import { Controller, Get, Module, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { get, type ClientRequest } from 'node:http';
import { PassThrough } from 'node:stream';
import { Public } from '../../../src/infrastructure/auth/auth.decorators';
import { Scrape } from '../../support/metrics';
import { RunningService } from '../../support/running-service';

/** Says `arrived`, and waits for `released`. */
const gate = new EventEmitter();

@Public()
@Controller('parcels')
class ParcelsController {
  @Get('held')
  async held(): Promise<string> {
    const released = once(gate, 'released');
    gate.emit('arrived');
    await released;
    return 'late';
  }

  @Get('begun')
  begun(@Res() reply: FastifyReply): void {
    const response = new PassThrough();
    response.write('begun');
    void reply.send(response);
  }
}

@Module({ controllers: [ParcelsController] })
class ParcelsModule {}

describe('a request whose client leaves', () => {
  let service: RunningService;
  beforeAll(async () => {
    service = await RunningService.start({ LOG_LEVEL: 'info' }, [ParcelsModule]);
  });
  afterAll(() => service.stop());

  const send = (path: string): { id: string; request: ClientRequest } => {
    const id = randomUUID();
    const request = get(`${service.url}/parcels/${path}`, { headers: { 'x-request-id': id } });
    request.on('error', () => undefined);
    return { id, request };
  };
  const completed = (id: string) =>
    service.log.first((line) => line.msg === 'request completed' && line.requestId === id);
  const countOf = async (route: string, statusClass: string) =>
    (await Scrape.of(service)).value(
      `http_request_duration_seconds_count{method="GET",route="/parcels/${route}",status_class="${statusClass}"}`,
    );

  it('before the response has one line, with the status 499, and is counted with its class', async () => {
    const arrived = once(gate, 'arrived');
    const { id, request } = send('held');
    await arrived;
    request.destroy();
    expect(await completed(id)).toMatchObject({ status: 499, path: '/parcels/held', duration_ms: expect.any(Number) });
    expect([await countOf('held', '4xx'), await countOf('held', '2xx')]).toEqual([1, 0]);

    // The handler goes on, and its response goes nowhere.
    gate.emit('released');
    const later = randomUUID();
    await service.request('/nothing', { headers: { 'x-request-id': later } });
    await completed(later);
    expect(service.log.lines.filter(({ requestId }) => requestId === id)).toHaveLength(1);
    expect([await countOf('held', '4xx'), await countOf('held', '2xx')]).toEqual([1, 0]);
  });

  it('during the response has one line, with the status of the response', async () => {
    const { id, request } = send('begun');
    const [response] = await once(request, 'response');
    await once(response, 'data');
    request.destroy();
    expect(await completed(id)).toMatchObject({ status: 200 });
    expect(
      service.log.lines.filter(({ requestId, msg }) => requestId === id && msg === 'request completed'),
    ).toHaveLength(1);
    expect(await countOf('begun', '2xx')).toBe(1);
  });
});
