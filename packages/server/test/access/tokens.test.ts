import { createServer, type Server } from 'node:http';
import { rulerAudio } from '@live-transcribe/testkit';
import { exportJWK, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MintedTokens } from '../../src/auth/minted-tokens.ts';
import { unrestricted } from '../../src/auth/principal.ts';
import { startTestGateway, testRate } from '../test-gateway.ts';
import { type Message, pcm16, WireClient } from '../wire-client.ts';
import { apiKey, configured, foreignToken, jwtSecret } from './tokens.ts';

type TestGateway = Awaited<ReturnType<typeof startTestGateway>>;

let gateway: TestGateway;
beforeAll(async () => {
  gateway = await startTestGateway({ environment: { ...configured, API_KEYS: `web=${apiKey},app=${apiKey}2` } });
});
afterAll(() => gateway.close());

const post = (body: unknown, credential = apiKey, at = gateway) =>
  fetch(`http://127.0.0.1:${at.port}/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${credential}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
const mint = async (body: object = {}, credential = apiKey, at = gateway): Promise<string> =>
  (await (await post(body, credential, at)).json()).token;

/** A client with a token, as a browser's page makes it. */
const knock = (token: string, first: object, at = gateway) => {
  const protocols = ['live-transcribe', `token.${token}`];
  const client = new WireClient(`ws://127.0.0.1:${at.port}/v1/transcriptions`, { protocols });
  client.socket.on('open', () => client.send(first));
  return client;
};
const start = { action: 'start', encoding: 'pcm16', sample_rate: testRate };
/** What a token is answered: the session's id, or the code of the refusal with that of the close. */
const outcome = async (token: string, first: object = start, at = gateway): Promise<Message> => {
  const client = knock(token, first, at);
  const told = await Promise.race([client.next('session_id'), client.next('code')]);
  if ('session_id' in told) {
    client.send({ action: 'stop' });
    await client.closed;
    return { session: told['session_id'] };
  }
  return { code: told['code'], close: (await client.closed).code };
};
const begun = {
  session: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
};
const refused = (code: string) => ({ code, close: 1008 });

describe('POST /v1/tokens', { timeout: 30_000 }, () => {
  it('makes a token that opens a session, many times over, until it expires', async () => {
    const answer = await post({ expires_in: 60 });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { token, expires_at } = await answer.json();
    expect(Math.abs(Date.parse(expires_at) - Date.now() - 60_000)).toBeLessThan(30_000);
    expect(await outcome(token)).toEqual(begun);
    expect(await outcome(token)).toEqual(begun);
  });

  it.each([
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['everything'] }, 'scopes'],
    [{ scopes: ['tokens'] }, 'scopes'],
    [{ scopes: 'watch' }, 'scopes'],
    [{ expires_in: 0 }, 'expires_in'],
    [{ expires_in: 86_401 }, 'expires_in'],
    [{ expires_in: '60' }, 'expires_in'],
    [{ languages: ['Swedish'] }, 'languages'],
    [{ languages: [] }, 'languages'],
    [{ models: [''] }, 'models'],
    [{ session_id: '1' }, 'session_id'],
    [{ single_use: 'yes' }, 'single_use'],
    [{ language: 'sv' }, 'language'],
    [{ subject: 'x'.repeat(101) }, 'subject'],
    [[], 'object'],
    ['text', 'object'],
  ])('refuses %j', async (body, named) => {
    const answer = await post(body);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toEqual({ error: expect.stringContaining(named), code: 'bad_value' });
  });

  it('gives no scope that the one who asks does not have', async () => {
    const minter = await foreignToken({ sub: 'page', scopes: ['tokens', 'transcribe'] });
    expect((await post({ scopes: ['transcribe'] }, minter)).status).toBe(200);
    const refusal = await post({ scopes: ['transcribe', 'sessions'] }, minter);
    expect([refusal.status, (await refusal.json()).code]).toEqual([403, 'forbidden']);
    expect((await post({}, await mint())).status).toBe(403);
  });

  it('binds a token to languages and models', async () => {
    const token = await mint({ languages: ['sv', 'auto'], models: ['gateway-model'] });
    expect(await outcome(token, { ...start, language: 'sv' })).toEqual(begun);
    expect(await outcome(token, { ...start, language: 'auto' })).toEqual(begun);
    expect(await outcome(token, { ...start, language: 'en' })).toEqual(refused('forbidden'));
    expect(await outcome(token, start)).toEqual(refused('forbidden'));
    expect(await outcome(token, { ...start, language: 'sv', model: 'dear' })).toEqual(refused('forbidden'));
  });

  it('begins one session with a token for one use, however many ask at once', async () => {
    const token = await mint({ single_use: true });
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => outcome(token)));
    expect(outcomes.filter(({ session }) => session !== undefined)).toHaveLength(1);
    expect(outcomes.filter(({ code }) => code === 'unauthorized')).toHaveLength(7);
  });

  it('ends a session that has lasted as long as its token says, and keeps what was said', async () => {
    const client = knock(await mint({ max_session_seconds: 1 }), start);
    await client.next('session_id');
    client.send(pcm16(rulerAudio(0, 12_000)));
    expect((await client.closed).code).toBe(1008);
    expect(client.all('final')).toEqual(['0-7999', '8000-11999']);
    expect(client.messages.at(-1)).toMatchObject({ code: 'session_too_long' });
  });
});

describe('a session', { timeout: 30_000 }, () => {
  /** A session whose client was lost in its middle. */
  const lost = async (token: string): Promise<string> => {
    const client = knock(token, { ...start, resumable: true });
    const { session_id: id } = await client.next('session_id');
    client.send(pcm16(rulerAudio(0, 9_000)));
    await client.next('final');
    client.socket.terminate();
    await client.closed;
    return String(id);
  };
  const resume = (id: string) => ({ ...start, resume: { session_id: id, from: 0, after: 0 } });

  it('is come back to by its owner alone, also with a newer token and with one for one use', async () => {
    const token = await mint({ subject: 'anna', single_use: true });
    const id = await lost(token);
    for (const other of [await mint({ subject: 'bert' }), await mint(), await mint({}, `${apiKey}2`)]) {
      expect(await outcome(other, resume(id))).toEqual(refused('forbidden'));
    }
    expect(await outcome(await mint({ subject: 'anna' }, `${apiKey}2`), resume(id))).toEqual(refused('forbidden'));
    expect(await outcome(await foreignToken({ sub: 'anna' }), resume(id))).toEqual(refused('forbidden'));
    expect(await outcome(token, resume(id))).toEqual({ session: id });
    expect(await outcome(await mint({ subject: 'anna' }), resume(id))).toEqual({ session: id });
    expect(await outcome(apiKey, resume(id))).toEqual({ session: id });
  });

  it('is followed with a token for it, and nothing else is', async () => {
    const [id, other] = [await lost(await mint()), await lost(await mint())];
    const token = await mint({ scopes: ['watch'], session_id: id });
    const status = async (path: string) => {
      const reading = new AbortController();
      const answer = await fetch(
        `http://127.0.0.1:${gateway.port}${path}${path.includes('?') ? '&' : '?'}token=${token}`,
        {
          signal: reading.signal,
        },
      );
      reading.abort();
      return answer.status;
    };
    expect(await status(`/v1/sessions/${id}/events`)).toBe(200);
    expect(await status(`/v1/sessions/${other}/events`)).toBe(403);
    for (const path of [`/v1/sessions/${id}`, '/v1/sessions', `/debug/front-text?session_id=${id}`]) {
      expect(await status(path)).toBe(403);
    }
    expect(await outcome(token)).toEqual(refused('forbidden'));
    const all = await mint({ scopes: ['transcribe', 'sessions', 'debug'], session_id: id });
    expect(await outcome(all)).toEqual(refused('forbidden'));
    expect(await outcome(all, resume(other))).toEqual(refused('forbidden'));
    expect(await outcome(all, resume(id))).toEqual({ session: id });
  });
});

describe('a token that was tampered with', { timeout: 30_000 }, () => {
  const claims = { sub: 'somebody', scopes: ['transcribe'], aud: 'live-transcribe' };
  const inAnHour = () => Math.floor(Date.now() / 1000) + 3_600;
  const altered = (token: string, part: number, change: (members: Record<string, unknown>) => object) =>
    token
      .split('.')
      .map((text, at) => {
        if (at !== part) return text;
        const members: Record<string, unknown> = JSON.parse(Buffer.from(text, 'base64url').toString());
        return Buffer.from(JSON.stringify(change(members))).toString('base64url');
      })
      .join('.');
  const sign = (alg: string, secret: string, extra: object = {}) =>
    new SignJWT({ ...claims, exp: inAnHour(), ...extra })
      .setProtectedHeader({ alg })
      .sign(new TextEncoder().encode(secret));

  type Trick = readonly [name: string, make: () => Promise<string> | string, code?: string];
  const tricks: readonly Trick[] = [
    ['no signature', () => new UnsecuredJWT({ ...claims, exp: inAnHour() }).encode()],
    ['alg none over a good one', async () => altered(await foreignToken(claims), 0, () => ({ alg: 'none' }))],
    ['alg None', async () => altered(await foreignToken(claims), 0, () => ({ alg: 'None', typ: 'JWT' }))],
    ['its signature cut off', async () => (await foreignToken(claims)).replace(/[^.]*$/, '')],
    ['another secret', () => sign('HS256', 'another secret that is long enough too')],
    ['an empty secret', () => altered(`e30.e30.${'A'.repeat(43)}`, 0, () => ({ alg: 'HS256' }))],
    [
      'more scopes written in',
      async () => altered(await foreignToken(claims), 1, (all) => ({ ...all, scopes: ['debug'] })),
    ],
    ['another audience', () => foreignToken({ ...claims, audience: 'another-service' })],
    ['no audience', () => sign('HS256', jwtSecret, { aud: undefined })],
    ['no expiry', () => sign('HS256', jwtSecret, { exp: undefined })],
    [
      'an expiry that is no number',
      async () => altered(await foreignToken(claims), 1, (all) => ({ ...all, exp: 'never' })),
    ],
    ['expired', () => foreignToken({ ...claims, expires: Math.floor(Date.now() / 1000) - 60 }), 'token_expired'],
    ['not yet good', () => foreignToken({ ...claims, nbf: inAnHour() })],
    [
      'a critical extension',
      async () => altered(await foreignToken(claims), 0, (all) => ({ ...all, crit: ['b64'], b64: false })),
    ],
    [
      'a key of its own',
      async () => altered(await foreignToken(claims), 0, (all) => ({ ...all, jwk: { kty: 'oct', k: 'AA' } })),
    ],
    [
      'a minted one with more scopes',
      async () => altered(await mint(), 1, (all) => ({ ...all, scopes: ['sessions'] })),
    ],
    ['a minted one that lasts longer', async () => altered(await mint(), 1, (all) => ({ ...all, exp: inAnHour() }))],
    [
      'a foreign one that calls itself minted',
      async () => altered(await foreignToken(claims), 0, (all) => ({ ...all, typ: 'live-transcribe+jwt' })),
    ],
    ['a minted one that calls itself foreign', async () => altered(await mint(), 0, (all) => ({ ...all, typ: 'JWT' }))],
    [
      'minted by another server',
      async () => {
        const other = new MintedTokens(new TextEncoder().encode('x'.repeat(32)), Date.now);
        const grant = { scopes: ['transcribe'], expiresInSeconds: 60, once: false } as const;
        return (await other.mint(grant, unrestricted('link', false))).token;
      },
    ],
    ['the hash of a key', () => 'sha256:0'],
    ['nothing but dots', () => '..'],
    ['very long', () => 'x'.repeat(10_000)],
  ];

  it.each(tricks.map(([name, make, code = 'unauthorized']) => ({ name, make, code })))(
    'is refused: $name',
    async ({ make, code }) => {
      const token = await make();
      const answer = await fetch(`http://127.0.0.1:${gateway.port}/v1/sessions`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect([answer.status, (await answer.json()).code]).toEqual([401, code]);
      const client = new WireClient(`ws://127.0.0.1:${gateway.port}/ws`, {
        headers: { authorization: `Bearer ${token}` },
      });
      expect((await client.closed).code).toBe(1008);
      expect(client.messages).toEqual([expect.objectContaining({ type: 'error', code })]);
    },
  );

  it('is good within the clock’s skew, and no longer', async () => {
    const ask = async (seconds: number) => {
      const token = await foreignToken({ ...claims, expires: Math.floor(Date.now() / 1000) - seconds });
      return (await outcome(token)).code;
    };
    expect(await ask(5)).toBeUndefined();
    expect(await ask(45)).toBe('token_expired');
  });
});

describe('tokens of an identity provider', { timeout: 30_000 }, () => {
  let provider: Server;
  let address: string;
  let guarded: TestGateway;
  const keys: JWK[] = [];
  let privateKey: CryptoKey;
  let publicPem: string;

  beforeAll(async () => {
    const pair = await generateKeyPair('RS256', { extractable: true });
    privateKey = pair.privateKey;
    const jwk = await exportJWK(pair.publicKey);
    publicPem = JSON.stringify(jwk);
    keys.push({ ...jwk, kid: 'one', alg: 'RS256' });
    provider = createServer((_, response) => response.end(JSON.stringify({ keys })));
    await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve));
    const bound = provider.address();
    address = `http://127.0.0.1:${typeof bound === 'object' && bound !== null ? bound.port : 0}/keys`;
    const environment = { JWKS_URL: address, JWT_AUDIENCE: 'gateway', JWT_ISSUER: 'https://login.example/' };
    guarded = await startTestGateway({ environment });
  });
  afterAll(async () => {
    await guarded.close();
    provider.close();
  });

  const token = (extra: object = {}, header: object = {}) =>
    new SignJWT({ sub: 'anna', ...extra })
      .setProtectedHeader({ alg: 'RS256', kid: 'one', ...header })
      .setIssuer('issuer' in extra ? String(extra.issuer) : 'https://login.example/')
      .setAudience('gateway')
      .setExpirationTime('5m')
      .sign(privateKey);

  it('are good by the provider’s keys, and for what their scopes say', async () => {
    expect(await outcome(await token(), start, guarded)).toEqual(begun);
    expect(await outcome(await token({ scope: 'openid transcribe' }), start, guarded)).toEqual(begun);
    expect(await outcome(await token({ scope: 'openid profile' }), start, guarded)).toEqual(refused('forbidden'));
  });

  it('are none of another issuer, of an unknown key, or signed with what everybody can read', async () => {
    expect(await outcome(await token({ issuer: 'https://evil.example/' }), start, guarded)).toEqual(
      refused('unauthorized'),
    );
    expect(await outcome(await token({}, { kid: 'two' }), start, guarded)).toEqual(refused('unauthorized'));
    const confused = new SignJWT({ sub: 'anna' })
      .setProtectedHeader({ alg: 'HS256', kid: 'one' })
      .setIssuer('https://login.example/')
      .setAudience('gateway')
      .setExpirationTime('5m');
    const forged = await confused.sign(new TextEncoder().encode(publicPem));
    expect(await outcome(forged, start, guarded)).toEqual(refused('unauthorized'));
  });

  it('wait for a provider that cannot be reached, and are not taken for wrong', async () => {
    const other = await startTestGateway({
      environment: { JWKS_URL: 'http://127.0.0.1:1/keys', JWT_AUDIENCE: 'gateway' },
    });
    expect(await outcome(await token(), start, other)).toEqual({ code: 'auth_unavailable', close: 1013 });
    const answer = await fetch(`http://127.0.0.1:${other.port}/v1/sessions`, {
      headers: { authorization: `Bearer ${await token()}` },
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    await other.close();
  });
});
