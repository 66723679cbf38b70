import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { describeWith } from '@live-transcribe/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RealStage } from './support/real-stage.ts';
import { executablePath } from './support/stage.ts';

const key = 'a-key-of-the-page-and-its-tests';
const missing = existsSync(executablePath) ? undefined : `${executablePath} (apt-get install chromium)`;

describeWith([missing], 'the page of a guarded server', { timeout: 60_000 }, () => {
  let stage: RealStage;
  beforeAll(async () => {
    stage = await RealStage.set(new Int16Array(16_000), 16_000, { API_KEYS: key, ENGINE: 'openai' });
  }, 120_000);
  afterAll(() => stage.strike());

  it('takes the token of its link, hides it, and has the server let it in', async () => {
    const page = await stage.open(undefined, `?history&token=${key}`);
    const list = await page.waitForResponse((response) => response.url().includes('/v1/sessions?'));
    expect(list.status()).toBe(200);
    expect(new URL(page.url()).search).toBe('?history=');
    const reloaded = page.waitForResponse((response) => response.url().includes('/v1/sessions?'));
    await page.reload();
    expect((await reloaded).status()).toBe(200);
    expect(await page.content()).not.toContain(key);
    const status = await page.evaluate(
      (token) =>
        new Promise((resolve) => {
          const socket = new WebSocket('../v1/transcriptions', ['live-transcribe', `token.${token}`]);
          socket.addEventListener('open', () => socket.send('{"action":"start"}'));
          socket.addEventListener('message', ({ data }) =>
            resolve([socket.protocol, Object.keys(JSON.parse(data))[0]]),
          );
          socket.addEventListener('close', ({ code }) => resolve(code));
        }),
      key,
    );
    expect(status).toEqual(['live-transcribe', 'session_id']);
  });

  it('is there without one, and says what it lacks', async () => {
    const page = await stage.open(undefined, '?history');
    const list = await page.waitForResponse((response) => response.url().includes('/v1/sessions?'));
    expect(list.status()).toBe(401);
    await page.getByRole('alert').first().waitFor();
    expect(await page.getByRole('alert').first().textContent()).toMatch(/access|behörighet|link/i);
    // The browser itself writes that the request was refused.
    stage.complaints.splice(0);
  });

  it('runs no script that was written into it, and sends nothing elsewhere', async () => {
    const page = await stage.open(undefined, `?token=${key}`);
    const done = await page.evaluate(
      async (elsewhere) => {
        const violations = new Set<string>();
        const all = new Promise<void>((resolve) => {
          document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) => {
            if (violations.add(effectiveDirective).size === 3) resolve();
          });
        });
        const script = document.createElement('script');
        script.textContent = 'window.wasRun = true';
        document.body.append(script);
        const image = document.createElement('img');
        image.src = `${elsewhere}/stolen`;
        document.body.append(image);
        const sent = await fetch(`${elsewhere}/stolen`).then(
          () => true,
          () => false,
        );
        await all;
        return { sent, violations: [...violations].toSorted(), wasRun: 'wasRun' in window };
      },
      `http://127.0.0.1:${stage.gateway.port + 1}`,
    );
    expect(done).toMatchObject({ sent: false, wasRun: false });
    expect(done.violations).toEqual(['connect-src', 'img-src', 'script-src-elem']);
    stage.complaints.splice(0);
  });

  it('is no use to a page from elsewhere', async () => {
    const foreign = createServer((_, response) => response.setHeader('content-type', 'text/html').end('<p>Elsewhere'));
    await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
    const address = foreign.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const page = await stage.open();
    await page.goto(`http://127.0.0.1:${port}/`);
    const [closed, read] = await page.evaluate(
      async ({ gateway, token }) => {
        const socket = new WebSocket(`ws://${gateway}/v1/transcriptions`, ['live-transcribe', `token.${token}`]);
        const close = await new Promise((resolve) => {
          socket.addEventListener('open', () => resolve('open'));
          socket.addEventListener('close', ({ code }) => resolve(code));
        });
        const headers = { authorization: `Bearer ${token}` };
        const answer = await fetch(`http://${gateway}/v1/sessions`, { headers }).then(
          () => 'read',
          () => 'not read',
        );
        return [close, answer];
      },
      { gateway: `127.0.0.1:${stage.gateway.port}`, token: key },
    );
    expect([closed, read]).toEqual([1006, 'not read']);
    foreign.close();
    stage.complaints.splice(0);
  });
});
