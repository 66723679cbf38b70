import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BrowserStage, describeInChromium } from './support/browser-stage.ts';
import { bundleCode, source } from './support/bundle.ts';
import { documentedUrl, snippets } from './support/snippets.ts';
import { WireServer } from './support/wire-server.ts';

const tone = Int16Array.from({ length: 20 * 48_000 }, (_, index) => Math.round(8_000 * Math.sin(index / 10)));

const alias = {
  '@live-transcribe/client/react': source('react/index.ts'),
  '@live-transcribe/client': source('index.ts'),
};

/** What else there is where the snippets run. */
const files = {
  '/speech.wav': 'x'.repeat(3_000),
  '/my-own-server/token': 't0ken',
  '/v1/sessions/s1/events': [
    'id: 2\nevent: final\ndata: {"final":"Welcome.","segment":0,"start":0,"end":1,"seq":2}\n\n',
    'id: 3\nevent: ended\ndata: {"ended":true,"seq":3}\n\n',
  ].join(''),
};

let server: WireServer;
let stage: BrowserStage | undefined;
beforeEach(async () => {
  server = await new WireServer().listen();
});
afterEach(async () => {
  await stage?.strike();
  stage = undefined;
  await server.stop();
});

/** A page in which a snippet runs, resolved when it has come to its end. */
async function run(code: string, query = '', url = server.url): Promise<Page> {
  const [script = ''] = await bundleCode(`${code.replaceAll(documentedUrl, url)}\nglobalThis.done = true;`, { alias });
  const html = '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="/snippet.js"></script>';
  stage = await BrowserStage.set({ heard: tone, files: { ...files, '/snippet': html, '/snippet.js': script } });
  const page = await stage.open(`snippet${query}`);
  await page.waitForFunction('globalThis.done');
  return page;
}

const shows = (page: Page, text: string) => page.getByText(text).first().waitFor();

const [tenLines, sources, upload, lines, tokens, following] = snippets('js browser').map(({ code }) => code);

describeInChromium('what docs/sdk.md shows for pages', () => {
  afterEach(() => expect(stage?.complaints).toEqual([]));

  it('ten lines', async () => {
    await shows(await run(tenLines ?? ''), '0-25');
  });

  it('microphones', async () => {
    await run(sources ?? '');
    expect(server.actions.at(-1)).toEqual({ action: 'stop' });
    expect(server.session.ended).toBe(true);
  });

  it('files', async () => {
    const page = await run(upload ?? '');
    expect(await page.title()).toBe('100 %');
    expect(server.starts[0]).toMatchObject({ words: true, encoding: 'auto' });
  });

  it('a line that breaks', async () => {
    const page = await run(lines ?? '');
    expect(await page.evaluate(() => document.body.dataset['state'])).toBe('live');
    server.cut();
    await page.locator('body[data-state=reconnecting]').waitFor({ state: 'attached' });
    await page.locator('body[data-state=live]').waitFor({ state: 'attached' });
  });

  it('tokens', async () => {
    await run(tokens ?? '');
    expect(server.tokens).toEqual(['t0ken']);
  });

  it('watching', async () => {
    // The page's own server plays the gateway.
    const page = await run(following ?? '', '?session=s1', '/v1/transcriptions');
    await shows(page, 'Welcome.');
  });

  it('React', async () => {
    const [component] = snippets('jsx react');
    const page = await run(
      `import { createRoot } from 'react-dom/client';\n${component?.code}\nconst root = document.body.appendChild(document.createElement('div'));\ncreateRoot(root).render(<Dictation />);`,
    );
    await page.getByRole('button', { name: 'Start' }).click();
    await shows(page, '0-25');
    await page.getByRole('button', { name: 'Stop' }).click();
    await shows(page, 'ended');
  });
});
