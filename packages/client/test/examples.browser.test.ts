import { readFile } from 'node:fs/promises';
import type { ViteDevServer } from 'vite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { serve } from '../../../examples/serve.mjs';
import { BrowserStage, describeInChromium } from './support/browser-stage.ts';
import { bundle, source } from './support/bundle.ts';
import { WireServer } from './support/wire-server.ts';

const tone = Int16Array.from({ length: 30 * 48_000 }, (_, index) => Math.round(8_000 * Math.sin(index / 10)));

let server: WireServer;
let stage: BrowserStage | undefined;
let vite: ViteDevServer | undefined;

beforeEach(async () => {
  server = await new WireServer().listen();
});
afterEach(async () => {
  await stage?.strike();
  await vite?.close();
  await server.stop();
  stage = undefined;
  vite = undefined;
});

/** One of the examples as `node examples/serve.mjs` has it, in a browser. */
async function open(name: string, query: Record<string, string> = {}) {
  const served = await serve(name, { server: { port: 0 }, logLevel: 'error' });
  vite = served;
  stage = await BrowserStage.set({ heard: tone });
  const address = new URL(served.resolvedUrls?.local[0] ?? '');
  address.search = new URLSearchParams({ gateway: server.url, ...query }).toString();
  return stage.visit(address.href);
}

describeInChromium('the examples', () => {
  it('plain-html: a page with a script tag shows what is said, and starts again', async () => {
    const html = await readFile(new URL('../../../examples/plain-html/index.html', import.meta.url), 'utf8');
    const [sdk = ''] = await bundle(source('index.ts'));
    stage = await BrowserStage.set({ heard: tone, files: { '/plain': html, '/live-transcribe.js': sdk } });
    const page = await stage.open(`plain?gateway=${encodeURIComponent(server.url)}`);
    for (let session = 1; session <= 2; session++) {
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByText('live', { exact: true }).waitFor();
      await page.locator('li.final', { hasText: '0-25' }).waitFor();
      await page.getByRole('button', { name: 'Stop' }).click();
      await page.getByText('ended', { exact: true }).waitFor();
      expect(await page.locator('li.partial').count()).toBe(0);
      expect(server.sessions.size).toBe(session);
    }
    await server.stop();
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText('The connection ended').waitFor();
    await server.restart();
  });

  it('react: the hook shows what is said, pauses, and survives a cut', async () => {
    const page = await open('react');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText('0-25', { exact: true }).waitFor();
    server.cut();
    await page.getByText('25-50', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => server.actions).toContainEqual({ action: 'commit' });
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('ended', { exact: true }).waitFor();
    expect(server.starts).toHaveLength(2);
    expect(stage?.complaints).toEqual([]);
    // Another one, and what went wrong.
    await server.stop();
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByText('The connection ended').waitFor();
    await server.restart();
  });

  it('overlay: shows the last two lines, over nothing', async () => {
    const page = await open('overlay');
    await page.locator('#captions span', { hasText: '50-75' }).waitFor();
    expect(await page.locator('#captions span').count()).toBeLessThanOrEqual(2);
    expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe('rgba(0, 0, 0, 0)');
  });
});
