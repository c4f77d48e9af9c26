import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parse } from 'yaml';
import { readConfiguration } from '../../src/infrastructure/config/configuration';
import { environmentSchema } from '../../src/infrastructure/config/environment';
import { SERVICE_NAME } from '../../src/infrastructure/config/service-name';
import { lastOf, parseDockerfile } from '../support/dockerfile';
import { mistakesIn } from '../support/manifests';

const root = 'deployments/kubernetes';
const production = join(root, 'overlays/production');
const read = (path: string) => parse(readFileSync(join(root, path), 'utf8'));
const deployment = read('base/deployment.yaml');
const job = read('migration/job.yaml');
const service = read('base/service.yaml');
const policy = read('base/network-policy.yaml');
const autoscaler = read('base/autoscaler.yaml');
const settings = Object.fromEntries(
  readFileSync(join(production, 'settings/settings.env'), 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
) as Record<string, string>;

const [container] = deployment.spec.template.spec.containers;
const [migration] = job.spec.template.spec.containers;
const portOf = (name: string) => container.ports.find((port: any) => port.name === name)?.containerPort;
const configuration = readConfiguration({ ...settings, DATABASE_URL: 'postgres://db/service' }).match(
  (read) => read,
  ({ mistakes }) => {
    throw new Error(mistakes.join(' '));
  },
);

describe('the manifests', () => {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.yaml'));
  const kustomizations = files.filter((path) => basename(path) === 'kustomization.yaml');

  it('are valid against the schemas of Kubernetes', () => {
    const manifests = files.filter((path) => !kustomizations.includes(path)).map(read);
    expect(manifests.length).toBeGreaterThan(8);
    expect(mistakesIn(...manifests)).toBe('');
  });

  it('would be invalid with a field of the wrong type', () => {
    const broken = structuredClone(deployment);
    broken.spec.template.spec.containers[0].readinessProbe.periodSeconds = 'often';
    expect(mistakesIn(broken)).toMatch(/periodSeconds/);
  });

  it('are each in a kustomization, and each kustomization names existing files', () => {
    const named = kustomizations.flatMap((path) => {
      const { resources = [], components = [] } = read(path);
      return [...resources, ...components].map((one: string) => join(dirname(path), one));
    });
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const manifests = files.filter((path) => !kustomizations.includes(path));
    expect(manifests.filter((path) => !named.includes(path))).toEqual([]);
  });

  it('name the image in one place', () => {
    const kinds = kustomizations.map((path) => read(path).images ?? []).flat();
    expect(kinds).toEqual([{ name: SERVICE_NAME, newName: expect.stringMatching(/\//), newTag: expect.any(String) }]);
    expect([container.image, migration.image]).toEqual([SERVICE_NAME, SERVICE_NAME]);
  });

  it('run as a non-root user like the image, without rights and on a read-only file system', () => {
    expect(
      lastOf(parseDockerfile(readFileSync('deployments/docker/Dockerfile', 'utf8')).at(-1)!, 'USER')?.value,
    ).toMatch(/^[1-9]/);
    for (const { spec } of [deployment.spec.template, job.spec.template]) {
      expect(spec.securityContext).toEqual({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(spec.containers[0].securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
    }
  });
});

describe('the manifests match the service', () => {
  it('sets only variables that the service knows, and they are valid for production', () => {
    const names = [container, migration].flatMap(({ env }: any) => env.map(({ name }: any) => name as string));
    const unknown = [...names, ...Object.keys(settings)].filter((name) => !(name in environmentSchema.shape));
    expect(unknown).toEqual([]);
    expect(names).toEqual(['DATABASE_URL', 'DATABASE_REPLICA_URL', 'RATE_LIMIT_STORE', 'DATABASE_URL']);
    expect(configuration).toMatchObject({ environment: 'production', database: { migrate: false } });
  });

  it('uses the ports that the service listens on, in the container, service, probes and policy', () => {
    expect([portOf('api'), portOf('management')]).toEqual([configuration.http.port, configuration.http.managementPort]);
    expect(service.spec.ports.map(({ targetPort }: any) => targetPort)).toEqual(['api', 'management']);
    expect(policy.spec.ingress.flatMap(({ ports }: any) => ports)).toEqual([{ port: 'api' }, { port: 'management' }]);
    expect(service.spec.ports.find(({ name }: any) => name === 'management').port).toBe(portOf('management'));
  });

  it('probes existing paths on the management port', () => {
    const controller = readFileSync('src/infrastructure/management/health.controller.ts', 'utf8');
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      const { path, port } = container[probe].httpGet;
      expect(port).toBe('management');
      expect(controller).toContain(`@Get('${path.replace('/health/', '')}')`);
    }
    expect(container.livenessProbe.httpGet.path).not.toBe(container.readinessProbe.httpGet.path);
  });

  it('drains for longer than the readiness probe needs to fail', () => {
    const { periodSeconds, failureThreshold, timeoutSeconds } = container.readinessProbe;
    expect(configuration.http.drainMs).toBeGreaterThan((periodSeconds * failureThreshold + timeoutSeconds) * 1_000);
  });

  it('has a grace period that is longer than the drain time plus the longest request', () => {
    const { http, database } = configuration;
    const giveUp = 2_000;
    const longest = http.requestTimeoutMs + database.acquireTimeoutMs + database.statementTimeoutMs + giveUp;
    expect(deployment.spec.template.spec.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(http.drainMs + longest);
  });

  it('needs fewer connections than the default of PostgreSQL, with the maximum of replicas and during a rollout', () => {
    const { maxSurge } = deployment.spec.strategy.rollingUpdate;
    expect((autoscaler.spec.maxReplicas + maxSurge) * configuration.database.poolSize + 2).toBeLessThan(97);
  });

  it('takes every address that has a password from a secret, and starts without those that are optional', () => {
    const optional = container.env.map(({ name, valueFrom }: any) => [name, valueFrom.secretKeyRef.optional ?? false]);
    expect(Object.fromEntries(optional)).toEqual({
      DATABASE_URL: false,
      DATABASE_REPLICA_URL: true,
      RATE_LIMIT_STORE: true,
    });
  });

  it('allows connections to the databases, the store of the rate limit and the token issuer', () => {
    const ports = policy.spec.egress.flatMap(({ ports }: any) => ports.map(({ port }: any) => port));
    expect(ports).toEqual([53, 53, 5432, 6379, 443]);
    // The default ports of the addresses in secrets, with and without TLS.
    const defaults: Record<string, number> = { DATABASE_URL: 5432, DATABASE_REPLICA_URL: 5432, RATE_LIMIT_STORE: 6379 };
    for (const { name } of container.env) expect(ports).toContain(defaults[name]);
  });

  it('routes requests to the pods of the API, not to the migration job; the policy applies to both', () => {
    const matches = (selector: any, template: any) =>
      Object.entries(selector).every(([label, value]) => template.metadata.labels[label] === value);
    const pods = [deployment.spec.template, job.spec.template];
    expect(pods.map((pod) => matches(service.spec.selector, pod))).toEqual([true, false]);
    expect(pods.map((pod) => matches(deployment.spec.selector.matchLabels, pod))).toEqual([true, false]);
    expect(pods.map((pod) => matches(policy.spec.podSelector.matchLabels, pod))).toEqual([true, true]);
    const { selector } = read('monitoring/service-monitor.yaml').spec;
    expect(matches(selector.matchLabels, service)).toBe(true);
  });

  it('runs the migration command of the image in the job', () => {
    expect(migration.command.slice(1)).toEqual(['dist/migrate.js', 'run']);
    expect(existsSync('src/migrate.ts')).toBe(true);
  });
});
