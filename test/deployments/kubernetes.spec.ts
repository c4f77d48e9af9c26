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

  it('are valid to the schemas of Kubernetes', () => {
    const manifests = files.filter((path) => !kustomizations.includes(path)).map(read);
    expect(manifests.length).toBeGreaterThan(8);
    expect(mistakesIn(...manifests)).toBe('');
  });

  it('would not be, with a field of the wrong kind', () => {
    const broken = structuredClone(deployment);
    broken.spec.template.spec.containers[0].readinessProbe.periodSeconds = 'often';
    expect(mistakesIn(broken)).toMatch(/periodSeconds/);
  });

  it('are each in a kustomization, and each kustomization names what is there', () => {
    const named = kustomizations.flatMap((path) => {
      const { resources = [], components = [] } = read(path);
      return [...resources, ...components].map((one: string) => join(dirname(path), one));
    });
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
    const manifests = files.filter((path) => !kustomizations.includes(path));
    expect(manifests.filter((path) => !named.includes(path))).toEqual([]);
  });

  it('have the image in one place', () => {
    const kinds = kustomizations.map((path) => read(path).images ?? []).flat();
    expect(kinds).toEqual([{ name: SERVICE_NAME, newName: expect.stringMatching(/\//), newTag: expect.any(String) }]);
    expect([container.image, migration.image]).toEqual([SERVICE_NAME, SERVICE_NAME]);
  });

  it('let the same user run that the image has, with no rights and no place to write to', () => {
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

describe('what the manifests say of the service is so', () => {
  it('the settings and the secrets are variables that it knows, and production starts with them', () => {
    const names = [container, migration].flatMap(({ env }: any) => env.map(({ name }: any) => name as string));
    const unknown = [...names, ...Object.keys(settings)].filter((name) => !(name in environmentSchema.shape));
    expect(unknown).toEqual([]);
    expect(names).toEqual(['DATABASE_URL', 'DATABASE_URL']);
    expect(configuration).toMatchObject({ environment: 'production', database: { migrate: false } });
  });

  it('it listens on the ports of the container, which the service, the probes and the policy name', () => {
    expect([portOf('api'), portOf('management')]).toEqual([configuration.http.port, configuration.http.managementPort]);
    expect(service.spec.ports.map(({ targetPort }: any) => targetPort)).toEqual(['api', 'management']);
    expect(policy.spec.ingress.flatMap(({ ports }: any) => ports)).toEqual([{ port: 'api' }, { port: 'management' }]);
    expect(service.spec.ports.find(({ name }: any) => name === 'management').port).toBe(portOf('management'));
  });

  it('the probes ask for paths that it has, on the management port', () => {
    const controller = readFileSync('src/infrastructure/management/health.controller.ts', 'utf8');
    for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
      const { path, port } = container[probe].httpGet;
      expect(port).toBe('management');
      expect(controller).toContain(`@Get('${path.replace('/health/', '')}')`);
    }
    expect(container.livenessProbe.httpGet.path).not.toBe(container.readinessProbe.httpGet.path);
  });

  it('the drain window is longer than it takes to notice that a pod is not ready', () => {
    const { periodSeconds, failureThreshold, timeoutSeconds } = container.readinessProbe;
    expect(configuration.http.drainMs).toBeGreaterThan((periodSeconds * failureThreshold + timeoutSeconds) * 1_000);
  });

  it('the period of grace is longer than the drain window and the longest request', () => {
    const { http, database } = configuration;
    const giveUp = 2_000;
    const longest = http.requestTimeoutMs + database.acquireTimeoutMs + database.statementTimeoutMs + giveUp;
    expect(deployment.spec.template.spec.terminationGracePeriodSeconds * 1_000).toBeGreaterThan(http.drainMs + longest);
  });

  it('its connections fit into a PostgreSQL as it comes, at the most replicas and during a rollout', () => {
    const { maxSurge } = deployment.spec.strategy.rollingUpdate;
    expect((autoscaler.spec.maxReplicas + maxSurge) * configuration.database.poolSize + 2).toBeLessThan(97);
  });

  it('it can reach its database and its issuer', () => {
    const ports = policy.spec.egress.flatMap(({ ports }: any) => ports.map(({ port }: any) => port));
    expect(ports).toEqual([53, 53, 5432, 443]);
  });

  it('requests reach the pods of the API, never that of the migrations; the policy holds for both', () => {
    const matches = (selector: any, template: any) =>
      Object.entries(selector).every(([label, value]) => template.metadata.labels[label] === value);
    const pods = [deployment.spec.template, job.spec.template];
    expect(pods.map((pod) => matches(service.spec.selector, pod))).toEqual([true, false]);
    expect(pods.map((pod) => matches(deployment.spec.selector.matchLabels, pod))).toEqual([true, false]);
    expect(pods.map((pod) => matches(policy.spec.podSelector.matchLabels, pod))).toEqual([true, true]);
    const { selector } = read('monitoring/service-monitor.yaml').spec;
    expect(matches(selector.matchLabels, service)).toBe(true);
  });

  it('the job runs the command of the image that migrates', () => {
    expect(migration.command.slice(1)).toEqual(['dist/migrate.js', 'run']);
    expect(existsSync('src/migrate.ts')).toBe(true);
  });
});
