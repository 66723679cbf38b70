import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { alert, button, link, rows, said, status } from './support/parts.ts';
import { busyRings, keptSessions, listen } from './support/scenes.ts';
import { describeInChromium, Stage } from './support/stage.ts';

describeInChromium('beside the live view', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.set();
  });
  beforeEach(() => {
    stage.gateway.history.sessions = keptSessions();
    stage.gateway.history.fault = undefined;
    stage.gateway.rings = {};
  });
  afterEach(() => {
    // Chromium tells of every answer that is an error; the page tells the person.
    const faults = stage.complaints.splice(0).filter((line) => !/Failed to load resource.*(404|50\d)/.test(line));
    expect(faults).toEqual([]);
  });
  afterAll(() => stage.strike());

  describe('the history', () => {
    const entries = (page: Page) => page.locator('.sessions li');

    it('lists the sessions, opens one, and leads back', async () => {
      const page = await stage.open();
      await link(page, 'History').click();
      await entries(page).first().waitFor();
      expect(await entries(page).count()).toBe(5);
      expect(await entries(page).nth(1).innerText()).toMatch(
        /March 9, 2026[\s\S]*Good morning[\s\S]*32:14 · 5 segments/,
      );
      await entries(page).nth(1).getByRole('link').click();
      await said(page).getByText('The masons have been waiting').waitFor();
      expect(page.url()).toContain('?session=harbour');
      expect(await rows(page).first().innerText()).toMatch(/^0:00\s+Anna\s+Good morning/);
      await page.goBack();
      await page.getByRole('heading', { name: 'History' }).waitFor();
      await page.goBack();
      await status(page).getByText('Ready').waitFor();
    });

    it('is searched by the server', async () => {
      const page = await stage.open({ query: '?history' });
      await entries(page).nth(4).waitFor();
      const field = page.getByRole('searchbox', { name: 'Search in all transcripts' });
      await field.fill('lemon tree');
      await expect.poll(() => entries(page).count()).toBe(1);
      await field.fill('no such words');
      await page.getByText('No session has all of these words.').waitFor();
    });

    it('is fetched a page at a time', async () => {
      const [, session] = keptSessions();
      if (session === undefined) throw new Error('There is no session.');
      stage.gateway.history.sessions = Array.from({ length: 70 }, (_, index) => ({ ...session, id: `s${index}` }));
      const page = await stage.open({ query: '?history' });
      await entries(page).first().waitFor();
      expect(await entries(page).count()).toBe(30);
      await button(page, 'Show more').click();
      await expect.poll(() => entries(page).count()).toBe(60);
      await button(page, 'Show more').click();
      await expect.poll(() => entries(page).count()).toBe(70);
      expect(await button(page, 'Show more').count()).toBe(0);
    });

    it('deletes a session only when it is asked twice', async () => {
      const page = await stage.open({ query: '?history' });
      const doomed = entries(page).filter({ hasText: 'lemon tree' });
      await doomed.getByRole('button').click();
      await button(page, 'Keep it').click();
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      expect(stage.gateway.history.has('memo')).toBe(true);
      await doomed.getByRole('button').click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await doomed.waitFor({ state: 'detached' });
      expect(stage.gateway.history.has('memo')).toBe(false);
      await status(page).getByText('The session is deleted.').waitFor();
    });

    it('says what to do where there is none, where it cannot be read, and where a session is gone', async () => {
      const page = await stage.open({ query: '?session=gone' });
      await alert(page, 'There is no such session.').waitFor();
      const { history } = stage.gateway;
      history.fault = { status: 404, body: { error: 'There is nothing at /v1/sessions.' } };
      await link(page, 'History').click();
      await alert(page, 'This server keeps no history.').waitFor();
      history.fault = { status: 503, body: { error: 'The disk is full.', code: 'store_unavailable' } };
      await page.getByRole('searchbox').fill('x');
      await alert(page, 'its storage is full or does not answer').waitFor();
      history.fault = undefined;
      history.sessions = [];
      await page.reload();
      await page.getByText('No sessions yet.').waitFor();
    });

    it('does not end a session that goes on, which can be stopped from there', async () => {
      const page = await stage.open();
      const client = await listen(stage, page);
      client.final(0, 'Said before.');
      await rows(page).first().waitFor();
      await link(page, 'History').click();
      await entries(page).first().waitFor();
      client.final(1, 'Said meanwhile.');
      await link(page, 'Live').click();
      await said(page).getByText('Said meanwhile.').waitFor();
      await link(page, 'History').click();
      await button(page, 'Stop').click();
      await client.end();
      await button(page, 'Stop').waitFor({ state: 'detached' });
    });

    it('knows who asks, by the token of the link, which does not stay in the address', async () => {
      const page = await stage.open({ query: '?history&token=secret-1' });
      await entries(page).first().waitFor();
      expect(stage.gateway.tokens.at(-1)).toBe('Bearer secret-1');
      expect(page.url()).not.toContain('secret');
      await page.reload();
      await entries(page).first().waitFor();
      expect(stage.gateway.tokens.at(-1)).toBe('Bearer secret-1');
    });
  });

  describe('following a session', () => {
    it('shows it from its beginning, as it is spoken, through a lost connection, to its end', async () => {
      const coming = stage.gateway.watcher();
      const page = await stage.open({ query: '?watch=live-1' });
      const watcher = await coming;
      expect(watcher.lastEventId).toBeUndefined();
      await page.getByText('Nothing has been said yet.').waitFor();
      watcher.final(0, 'One.');
      watcher.partial(1, 'two');
      await said(page).nth(1).waitFor();
      await status(page).getByText('Live', { exact: true }).waitFor();
      const again = stage.gateway.watcher();
      watcher.cut();
      const back = await again;
      expect(back.lastEventId).toBe('1');
      back.final(1, 'Two.');
      await said(page).getByText('Two.').waitFor();
      back.end();
      await status(page).getByText('Ended').waitFor();
      expect(await said(page).allInnerTexts()).toEqual(['One.', 'Two.']);
      await button(page, 'Start your own').click();
      await status(page).getByText('Ready').waitFor();
      // Chromium's own line on a connection that was cut.
      stage.complaints.splice(0);
    });

    it('that there is not says so', async () => {
      const page = await stage.open({ query: '?watch=none' });
      await alert(page, 'There is no such session.').waitFor();
      await alert(page, 'Ask for a new link.').waitFor();
    });
  });

  describe('the overlay', () => {
    const background = (page: Page) =>
      page.evaluate(() =>
        [document.documentElement, document.body].map((one) => getComputedStyle(one).backgroundColor),
      );

    it('shows the last two lines of whichever session is live, over nothing', async () => {
      stage.gateway.history.sessions = [];
      const page = await stage.open({ query: '?overlay', colorScheme: 'dark', viewport: { width: 800, height: 450 } });
      await alert(page, 'Nobody is speaking at the moment.').waitFor();
      expect(await background(page)).toEqual(['rgba(0, 0, 0, 0)', 'rgba(0, 0, 0, 0)']);
      const coming = stage.gateway.watcher();
      stage.gateway.history.sessions = keptSessions();
      const watcher = await coming;
      watcher.final(0, 'This was said long ago and has been read by all who wanted to.');
      watcher.final(1, 'This came later, and the end of it is still there.');
      watcher.partial(2, 'this is being said');
      const lines = page.locator('.caption-lines');
      await lines.getByText('this is being said').waitFor();
      expect(await page.getByRole('alert').innerText()).toBe('');
      const seen = await lines.evaluate((box) => {
        const inside = box.getBoundingClientRect();
        const visible = [...box.querySelectorAll('p')].filter(
          (line) => line.getBoundingClientRect().bottom > inside.top + 1,
        );
        const lineHeight = Number.parseFloat(getComputedStyle(box).lineHeight);
        return {
          lines: Math.round((inside.height / lineHeight) * 100) / 100,
          texts: visible.map((line) => line.textContent),
        };
      });
      expect(seen).toEqual({
        lines: 2,
        texts: ['This came later, and the end of it is still there.', 'this is being said'],
      });
      expect(await page.getByRole('banner').count()).toBe(0);
    });

    it('clears when nobody has spoken for a while', async () => {
      const coming = stage.gateway.watcher();
      const page = await stage.open({ query: '?overlay&watch=live-1' });
      await page.clock.install();
      const watcher = await coming;
      watcher.final(0, 'The last words.');
      await page.getByText('The last words.').waitFor();
      await page.clock.runFor(9_000);
      await page.getByText('The last words.').waitFor({ state: 'detached' });
      watcher.final(1, 'And on.');
      await page.clock.runFor(100);
      await page.getByText('And on.').waitFor();
    });

    it('can listen by itself', async () => {
      const coming = stage.gateway.client();
      const page = await stage.open({ query: '?overlay&microphone' });
      const client = await coming;
      await client.next();
      client.begin();
      client.final(0, 'Spoken here.');
      await page.getByText('Spoken here.').waitFor();
    });
  });

  describe('big captions', () => {
    it('are there for a key, show what is said, and go away by Escape', async () => {
      const page = await stage.open();
      const client = await listen(stage, page);
      await page.keyboard.press('c');
      const captions = page.getByRole('dialog', { name: 'Big captions' });
      client.partial(0, 'large and plain');
      await captions.getByText('large and plain').waitFor();
      const size = await captions
        .locator('p')
        .first()
        .evaluate((line) => getComputedStyle(line).fontSize);
      expect(Number.parseFloat(size)).toBeGreaterThan(40);
      await page.keyboard.press('Escape');
      await captions.waitFor({ state: 'detached' });
      await status(page).getByText('Listening').waitFor();
    });
  });

  describe('the debug view', () => {
    it('shows what goes through the server, and draws it', async () => {
      stage.gateway.rings = busyRings();
      const page = await stage.open({ query: '?debug' });
      await page.getByRole('table', { name: 'Text to clients' }).getByRole('cell', { name: /ferry/ }).first().waitFor();
      const fact = (name: string) =>
        page
          .locator('.facts div')
          .filter({ has: page.getByText(name, { exact: true }) })
          .locator('dd')
          .first()
          .innerText();
      expect(await fact('Engine')).toBe('pocketsphinx');
      expect(await fact('Ready')).toBe('yes');
      expect(await fact('Latency, median')).toMatch(/^2\d\d ms$/);
      const plots = page.getByRole('img', { name: /The last 60 seconds/ });
      expect(await plots.count()).toBe(4);
      expect(await plots.nth(0).getAttribute('aria-label')).toMatch(/Audio: from clients 3(\.\d)? KiB\/s/);
      const colours = await plots.evaluateAll((all) =>
        all.map((plot) => {
          const canvas = plot instanceof HTMLCanvasElement ? plot : document.createElement('canvas');
          const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
          let coloured = 0;
          for (let at = 0; at < data.length; at += 4) {
            const [r = 0, g = 0, b = 0] = data.slice(at, at + 3);
            if (Math.max(r, g, b) - Math.min(r, g, b) > 60) coloured++;
          }
          return coloured;
        }),
      );
      for (const coloured of colours) expect(coloured).toBeGreaterThan(200);
    });

    it('says so where the server does not give its data', async () => {
      const page = await stage.open({
        query: '?debug',
        prepare: () => {
          const native = window.fetch;
          window.fetch = (address, options) =>
            new Request(address, options).url.includes('/debug/')
              ? Promise.resolve(Response.json({ error: 'No.', code: 'forbidden' }, { status: 403 }))
              : native(address, options);
        },
      });
      await alert(page, 'Your access does not allow this.').waitFor();
    });
  });
});
