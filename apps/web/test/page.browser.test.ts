import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FakeClient } from './support/fake-client.ts';
import { button, held, rows, said, startButton, status, stopButton, withRecords } from './support/parts.ts';
import { listen } from './support/scenes.ts';
import { describeInChromium, Stage } from './support/stage.ts';

const language = (page: Page) => page.getByRole('combobox', { name: 'Language' });

describeInChromium('the page', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.set();
  });
  afterEach(() => {
    expect(stage.complaints.splice(0)).toEqual([]);
  });
  afterAll(() => stage.strike());

  async function stop(page: Page, client: FakeClient): Promise<void> {
    await stopButton(page).click();
    await client.end();
    await status(page).getByText('Ready').waitFor();
  }

  it('starts, turns partials into finals, and waits for the last words when it stops', async () => {
    const page = await stage.open({ prepare: withRecords });
    await status(page).getByText('Ready').waitFor();
    const coming = stage.gateway.client();
    await startButton(page).click();
    const client = await coming;
    expect(await client.next()).toEqual({
      action: 'start',
      language: 'en',
      words: false,
      encoding: 'opus',
      resumable: true,
    });
    await status(page).getByText('Connecting').waitFor();
    client.begin();
    await status(page).getByText('Listening').waitFor();
    await client.hearPackets(0.2);
    expect(await held(page)).toEqual(['live', 'running']);
    expect(await page.title()).toBe('● live-transcribe');
    await page.waitForFunction('awake.join() === "screen"');

    client.partial(0, 'it was the', 62);
    const row = rows(page).first();
    await row.getByText('it was the').waitFor();
    const element = await row.elementHandle();
    const before = await row.boundingBox();
    expect(await row.getAttribute('data-state')).toBe('partial');
    client.final(0, 'It was the best.', 62);
    await row.getByText('It was the best.').waitFor();
    expect(await row.getAttribute('data-state')).toBe('final');
    expect(await row.innerText()).toMatch(/^1:02\s+It was the best\.$/);
    expect(await row.boundingBox()).toEqual(before);
    expect(await element?.evaluate((old) => old.isConnected)).toBe(true);

    client.partial(1, 'of times', 65);
    await rows(page).nth(1).waitFor();
    await stopButton(page).click();
    await status(page).getByText('Finishing').waitFor();
    client.final(1, 'Of times.', 65);
    await client.end();
    await status(page).getByText('Ready').waitFor();
    expect(await said(page).allInnerTexts()).toEqual(['It was the best.', 'Of times.']);
    await page.waitForFunction('held().join() === "ended,closed"');
    await page.waitForFunction('awake.join() === ""');
    expect(await page.title()).toBe('live-transcribe');
    expect(await client.closed).toBe(1000);
  });

  it('announces finals, and never partials', async () => {
    const page = await stage.open();
    const client = await listen(stage, page);
    client.final(0, 'One.');
    client.partial(1, 'two');
    await rows(page).nth(1).waitFor();
    expect(await page.getByRole('log', { name: 'Newest words' }).locator('p').allInnerTexts()).toEqual(['One.']);
    expect(await page.getByRole('list', { name: 'Transcript' }).getAttribute('aria-live')).toBeNull();
    await stop(page, client);
  });

  it('can be cancelled while it connects, and lets go of the microphone', async () => {
    const page = await stage.open({ prepare: withRecords });
    const coming = stage.gateway.client();
    await startButton(page).click();
    const client = await coming;
    await status(page).getByText('Connecting').waitFor();
    await stopButton(page).click();
    await status(page).getByText('Ready').waitFor();
    await client.closed;
    expect(await page.getByRole('alert').innerText()).toBe('');
    await page.waitForFunction('held().join() === "ended,closed"');
  });

  it('goes on below, numbered and timed on, when it is started again; "New" forgets it all', async () => {
    const page = await stage.open();
    const first = await listen(stage, page);
    await first.hearPackets(1);
    first.final(0, 'One.', 0);
    await rows(page).first().waitFor();
    await stop(page, first);
    const second = await listen(stage, page);
    second.final(0, 'Two.', 60);
    await said(page).nth(1).waitFor();
    expect(await said(page).allInnerTexts()).toEqual(['One.', 'Two.']);
    expect(await rows(page).nth(1).getAttribute('data-state')).toBe('session');
    expect(await rows(page).nth(2).innerText()).toMatch(/^1:0[1-9]/);
    expect(await button(page, 'New').isDisabled()).toBe(true);
    await stop(page, second);
    await button(page, 'New').click();
    expect(await rows(page).count()).toBe(0);
    await page.getByText('read your words here').waitFor();
  });

  it('pauses: what was said gets its final, nothing more is sent, and then it goes on', async () => {
    const page = await stage.open();
    const client = await listen(stage, page);
    await client.hearPackets(0.2);
    await button(page, 'Pause').click();
    await status(page).getByText('Paused').waitFor();
    expect(await client.next()).toEqual({ action: 'commit' });
    const sent = client.byteCount;
    client.final(0, 'Said before the pause.');
    await rows(page).first().waitFor();
    // Half a second in which 25 packets would have come.
    await page.evaluate(() => new Promise((resolve) => setTimeout(resolve, 500)));
    expect(client.byteCount).toBe(sent);
    await button(page, 'Resume').click();
    await status(page).getByText('Listening').waitFor();
    await client.hearPackets(0.6);
    await stop(page, client);
  });

  it('survives a lost connection: it comes back to the same session and sends again what was not covered', async () => {
    const page = await stage.open();
    const coming = stage.gateway.client();
    await startButton(page).click();
    const client = await coming;
    await client.next();
    client.begin({ resumable_s: 60 });
    await status(page).getByText('Listening').waitFor();
    await client.hearPackets(0.4);
    client.say({ final: 'One.', segment: 0, start: 0, end: 0.1, seq: 2 });
    client.say({ covered: 0.12, seq: 2 });
    client.partial(1, 'two', 0.2);
    await rows(page).nth(1).waitFor();
    const again = stage.gateway.client();
    client.socket.terminate();
    await status(page).getByText('Reconnecting').waitFor();
    const back = await again;
    const resume = { session_id: 'a1', from: expect.any(Number), after: 2 };
    expect(await back.next()).toMatchObject({ action: 'start', encoding: 'opus', resume });
    back.begin({ resumable_s: 60, resumed: true, received: 0.2 });
    await status(page).getByText('Listening').waitFor();
    back.say({ final: 'Two.', segment: 1, start: 0.2, end: 0.5, seq: 3 });
    await said(page).getByText('Two.').waitFor();
    expect(await said(page).allInnerTexts()).toEqual(['One.', 'Two.']);
    expect(await page.getByRole('alert').innerText()).toBe('');
    await stop(page, back);
  });

  it('lets the last words go when a server that has gone away does not send them', async () => {
    const page = await stage.open();
    await page.clock.install();
    const client = await listen(stage, page);
    client.partial(0, 'never to be');
    await rows(page).first().waitFor();
    await stopButton(page).click();
    await status(page).getByText('Finishing').waitFor();
    expect(await stopButton(page).getAttribute('aria-disabled')).toBe('true');
    await page.clock.runFor(9_000);
    await button(page, 'Stop now').click();
    await status(page).getByText('Ready').waitFor();
    expect(await rows(page).first().getAttribute('data-state')).toBe('failed');
    await page.getByText('Cut off here.').waitFor();
  });

  describe('the language', () => {
    const options = (page: Page) => language(page).locator('option').allInnerTexts();

    it('is one of those that the engine knows', async () => {
      const page = await stage.open();
      await page.getByText('accuracy is basic').waitFor();
      expect(await options(page)).toEqual(['English']);
    });

    it('is any of the common ones, or detected, where the engine knows all; the person’s own comes first', async () => {
      const { config } = stage.gateway;
      stage.gateway.config = { ...config, engine: 'openai', languages: 'any', caveat: null };
      const page = await stage.open({ locale: 'fi-FI' });
      await page.getByText('openai', { exact: true }).waitFor();
      const offered = await options(page);
      expect(offered[0]).toBe('Detect automatically');
      expect(offered).toContain('Swedish');
      expect(offered.slice(1)).toEqual(offered.slice(1).toSorted());
      expect(await page.getByText('accuracy is basic').count()).toBe(0);

      expect(await language(page).inputValue()).toBe('fi');
      await language(page).selectOption('Swedish');
      const coming = stage.gateway.client();
      await startButton(page).click();
      const client = await coming;
      expect(await client.next()).toMatchObject({ language: 'sv' });
      expect(await language(page).isDisabled()).toBe(true);
      client.begin();
      await status(page).getByText('Listening').waitFor();
      await stop(page, client);
      await page.reload();
      await page.getByText('openai', { exact: true }).waitFor();
      expect(await language(page).inputValue()).toBe('sv');
      stage.gateway.config = config;
    });
  });

  it('says which engine and model listen, why, and how good they are', async () => {
    const page = await stage.open();
    await page.getByText('accuracy is basic. Add an OpenAI key').waitFor();
    expect(await page.getByRole('main').innerText()).toContain(
      'Engine pocketsphinx, model pocketsphinx-en-us. There is no OPENAI_API_KEY, so the embedded recogniser is used.',
    );
  });

  it('speaks Swedish to those who do', async () => {
    const page = await stage.open({ locale: 'sv-SE' });
    await page.getByText('Tala, och läs dina ord här.').waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('sv-SE');
    stage.gateway.refuses = true;
    await button(page, 'Starta').click();
    await page.getByRole('alert').getByText('Servern gick inte att nå.').waitFor();
    stage.gateway.refuses = false;
    // Chromium's own line on a socket that did not open.
    expect(stage.complaints.splice(0).every((line) => line.includes('WebSocket'))).toBe(true);
    await page.getByRole('link', { name: 'Historik' }).click();
    await page.getByRole('heading', { name: 'Historik' }).waitFor();
  });

  it('asks the server for what the settings say', async () => {
    const page = await stage.open({ prepare: withRecords });
    await button(page, 'Settings').click();
    const dialog = page.getByRole('dialog', { name: 'Settings' });
    await dialog.getByLabel('Model').fill('whisper-9');
    await dialog.getByLabel('Vocabulary').fill('Ölandsbron, Färjestaden');
    await dialog.getByLabel('Times of single words').check();
    await dialog.getByLabel('Echo cancellation').uncheck();
    await dialog.getByLabel('Device').selectOption({ index: 1 });
    const device = await dialog.getByLabel('Device').inputValue();
    await button(page, 'Close').click();
    const coming = stage.gateway.client();
    await startButton(page).click();
    const client = await coming;
    const wanted = { model: 'whisper-9', prompt: 'Ölandsbron, Färjestaden', words: true };
    expect(await client.next()).toMatchObject(wanted);
    const [asked] = await page.evaluate<[{ audio: object }]>('asked');
    expect(asked.audio).toMatchObject({ deviceId: { exact: device }, echoCancellation: false, noiseSuppression: true });
    client.begin();
    await status(page).getByText('Listening').waitFor();
    await stop(page, client);
  });
});
