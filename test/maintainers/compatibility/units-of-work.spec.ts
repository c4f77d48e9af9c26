import { cp } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Application } from './application';

const units = [
  'GET /cups/:id (CupsController.one): 2 statements, 0 late',
  'GET (no route) (undefined): 0 statements, 0 late',
  'query cups (CupsResolver.cups): 7 statements, 0 late',
  'MESSAGE cups.wash (CupsController.wash): 2 statements, 0 late',
  'EVENT cups.broken (CupsController.broken): 1 statements, 0 late',
  'GRPC Cups/Wash (CupsController.washOne): 2 statements, 0 late',
  'GRPC Cups/Dry (CupsController.dry): 3 statements, 0 late',
  'CRON polish (CupsController.polish): 1 statements, 0 late',
];

describe.each(['units-nest-11', 'units-nest-12'])('the packed library in %s', (fixture) => {
  let application: Application;
  beforeAll(async () => {
    application = await Application.install(fixture, ['--omit=optional']);
    for (const file of ['units-of-work.ts', 'cups.proto'])
      await cp(resolve(__dirname, 'fixtures', file), join(application.folder, file));
  }, 600_000);
  afterAll(() => application?.remove());

  it('counts requests, GraphQL operations, messages, events, gRPC calls and jobs apart, on Express and on Fastify', async () => {
    await application.compile();
    expect(await application.report([process.execPath, 'out/units-of-work.js'])).toEqual({
      express: units,
      fastify: units,
    });
  }, 310_000);
});
