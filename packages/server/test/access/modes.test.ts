import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseAccess } from '../../src/auth/access.ts';
import { findKey, parseApiKeys } from '../../src/auth/api-keys.ts';
import { networkOf, parseTrust } from '../../src/auth/client-address.ts';
import { isLocalHost } from '../../src/auth/hosts.ts';
import { readConfig } from '../../src/index.ts';
import { startTestGateway } from '../test-gateway.ts';
import { WireClient } from '../wire-client.ts';
import { apiKey } from './tokens.ts';

const modeOf = (environment: Record<string, string>) => {
  const read = readConfig(environment);
  if (!read.ok) throw new Error(read.faults.join('\n'));
  return chooseAccess(read.config);
};

describe('how a server is guarded', () => {
  it.each([
    [{}, { kind: 'open', reason: 'loopback' }],
    [{ HOST: 'localhost' }, { kind: 'open', reason: 'loopback' }],
    [{ HOST: '127.0.0.9' }, { kind: 'open', reason: 'loopback' }],
    [{ HOST: '::1' }, { kind: 'open', reason: 'loopback' }],
    [{ HOST: '0.0.0.0' }, { kind: 'token' }],
    [{ HOST: '::' }, { kind: 'token' }],
    [{ HOST: '192.168.1.1' }, { kind: 'token' }],
    [{ HOST: 'localhost.example.org' }, { kind: 'token' }],
    [
      { HOST: '0.0.0.0', AUTH: 'none' },
      { kind: 'open', reason: 'asked' },
    ],
    [{ API_KEYS: apiKey }, { kind: 'configured' }],
    [{ HOST: '0.0.0.0', JWKS_URL: 'https://login.example/keys' }, { kind: 'configured' }],
    [{ JWT_SECRET: 'x'.repeat(32) }, { kind: 'configured' }],
  ])('%j', (environment, mode) => {
    expect(modeOf(environment)).toMatchObject(mode);
  });

  it('makes a secret of its own for each start', () => {
    const secrets = Array.from({ length: 3 }, () => modeOf({ HOST: '0.0.0.0' })).map((mode) =>
      mode.kind === 'token' ? mode.token : '',
    );
    expect(new Set(secrets).size).toBe(3);
    expect(secrets.every((secret) => /^[\w-]{32}$/.test(secret))).toBe(true);
  });

  it.each([
    [{ JWT_SECRET: 'short' }, 'JWT_SECRET must have at least 32 characters.'],
    [{ TOKEN_SECRET: 'short' }, 'TOKEN_SECRET must have at least 32 characters.'],
    [{ API_KEYS: 'short' }, 'API_KEYS must be keys of at least 16'],
    [{ API_KEYS: `a=${apiKey},a=${apiKey}2` }, 'API_KEYS must not name two keys alike.'],
    [{ API_KEYS: 'with a space in it and long' }, 'API_KEYS must be keys'],
    [{ AUTH: 'off' }, 'AUTH must be one of auto, none, not "off".'],
    [{ JWKS_URL: 'login.example' }, 'JWKS_URL must be a URL'],
    [{ TRUST_PROXY: 'everybody' }, 'TRUST_PROXY must be loopback'],
  ])('refuses to start with %j, and shows no secret', (environment, fault) => {
    const read = readConfig(environment);
    expect(read.ok ? [] : read.faults).toEqual([expect.stringContaining(fault)]);
    expect(read.ok ? '' : read.faults.join('\n')).not.toContain(apiKey);
  });
});

describe('API keys', () => {
  const hash = createHash('sha256').update(apiKey).digest('hex');

  it.each([
    ['plain', apiKey, `key-${hash.slice(0, 8)}`],
    ['named', `web=${apiKey}`, 'web'],
    ['hashed', `sha256:${hash}`, `key-${hash.slice(0, 8)}`],
    ['named and hashed, beside another', `other=sha256:${'0'.repeat(64)} , app=sha256:${hash.toUpperCase()}`, 'app'],
  ])('%s', (_, list, name) => {
    const keys = parseApiKeys(list);
    expect(findKey(keys, apiKey)?.name).toBe(name);
    for (const wrong of ['', `${apiKey}x`, apiKey.slice(1), hash, `sha256:${hash}`]) {
      expect(findKey(keys, wrong)).toBeUndefined();
    }
    expect(JSON.stringify(keys)).not.toContain(apiKey);
  });

  it('takes a key in base64 for what it is', () => {
    const base64 = Buffer.from('a key of bytes, padded.').toString('base64');
    expect(base64.endsWith('=')).toBe(true);
    expect(findKey(parseApiKeys(base64), base64)).toBeDefined();
  });
});

describe('a client’s address', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1', true],
    ['::1', '::/64', true],
    ['::ffff:127.0.0.1', '127.0.0.1', true],
    ['203.0.113.9', '203.0.113.9', false],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64', false],
    ['no address', 'invalid', false],
    ['', 'unknown', false],
  ])('%s counts as %s', (address, network, isLoopback) => {
    expect(networkOf(address)).toEqual({ network, isLoopback });
  });

  it.each([
    ['loopback', '127.0.0.1', 0, true],
    ['loopback', '203.0.113.9', 0, false],
    ['10.0.0.0/8, 192.0.2.1', '10.9.9.9', 3, true],
    ['10.0.0.0/8, 192.0.2.1', '192.0.2.2', 0, false],
    ['1', '203.0.113.9', 0, true],
    ['1', '203.0.113.9', 1, false],
  ])('TRUST_PROXY=%s: %s, hop %i: %s', (setting, address, hop, trusted) => {
    expect(parseTrust(setting)(address, hop)).toBe(trusted);
  });
});

describe('a server that is open to its own machine', () => {
  it.each([
    ['localhost', true],
    ['localhost:8000', true],
    ['LOCALHOST:8000', true],
    ['app.localhost:8000', true],
    ['127.0.0.1:8000', true],
    ['127.1.2.3', true],
    ['[::1]:8000', true],
    ['evil.example:8000', false],
    ['127.0.0.1.evil.example', false],
    ['localhost.evil.example:8000', false],
    ['evil-localhost', false],
    ['192.168.1.2:8000', false],
    ['localhost:8000@evil.example', false],
    ['localhost:80:80', false],
    ['[::1].evil.example', false],
    ['', false],
    [undefined, false],
  ])('Host %s: %s', (host, local) => {
    expect(isLocalHost(host)).toBe(local);
  });

  it('does not answer a page whose name was made to lead here, and does as AUTH=none', async () => {
    const gateway = await startTestGateway();
    const opened = await startTestGateway({ environment: { AUTH: 'none' } });
    const ask = (port: number, host: string) =>
      new Promise((resolve, reject) => {
        const asked = request({ port, host: '127.0.0.1', path: '/v1/sessions', headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.on('error', reject).end();
      });
    expect(await ask(gateway.port, `localhost:${gateway.port}`)).toBe(200);
    expect(await ask(gateway.port, `evil.example:${gateway.port}`)).toBe(403);
    expect(await ask(opened.port, `gateway.example:${gateway.port}`)).toBe(200);
    const headers = { host: `evil.example:${gateway.port}`, origin: `http://evil.example:${gateway.port}` };
    const client = new WireClient(`ws://127.0.0.1:${gateway.port}/ws`, { headers });
    const status = new Promise((resolve) =>
      client.socket.on('unexpected-response', (_, { statusCode }) => resolve(statusCode)),
    );
    expect(await status).toBe(403);
    await gateway.close();
    await opened.close();
  });
});

describe('the secret of tokens', () => {
  it('is made once for all servers of a folder, for nobody else to read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-secret-'));
    const environment = { DATA_DIR: folder, API_KEYS: apiKey };
    const gateways = await Promise.all([startTestGateway({ environment }), startTestGateway({ environment })]);
    const secret = readFileSync(join(folder, 'token-secret'), 'utf8');
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(statSync(join(folder, 'token-secret')).mode & 0o777).toBe(0o600);
    for (const gateway of gateways) await gateway.close();
    const again = await startTestGateway({ environment });
    expect(readFileSync(join(folder, 'token-secret'), 'utf8')).toBe(secret);
    await again.close();
    rmSync(folder, { recursive: true });
  });
});
