import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeInChromium, Stage } from './browser.ts';
import type { FakeClient } from './fake-gateway.ts';

/*
 * What tests hold on to, here and end to end:
 *   button "Start" / "Stop"             status: Ready, Waiting for the microphone, Connecting, Listening, Finishing …
 *   list "Transcript" › listitem        its data-state is "partial" or "final"; its paragraph is the text alone
 *   alert                               what went wrong, and what to do
 *   combobox "Language"                 meter "Microphone level"
 *   button "Copy" / "New"               button "Newest words", while the end is out of view
 *   log "Newest words"                  finals once more, for screen readers
 */
const startButton = (page: Page) => page.getByRole('button', { name: 'Start' });
const stopButton = (page: Page) => page.getByRole('button', { name: 'Stop' });
const status = (page: Page) => page.getByRole('status');
const segments = (page: Page) => page.getByRole('list', { name: 'Transcript' }).getByRole('listitem');

/** Remembers what the page took hold of, so that a test can see it let go. */
function withRecords(): void {
  const tracks: MediaStreamTrack[] = [];
  const contexts: AudioContext[] = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    tracks.push(...stream.getTracks());
    return stream;
  };
  const Native = AudioContext;
  window.AudioContext = class extends Native {
    constructor() {
      super();
      contexts.push(this);
    }
  };
  const states = () => [...tracks.map(({ readyState }) => readyState), ...contexts.map(({ state }) => state)];
  Object.assign(window, { held: states });
}

const held = (page: Page) => page.evaluate<string[]>('held()');

describeInChromium('the page', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.set();
  });
  afterEach(() => {
    expect(stage.complaints.splice(0)).toEqual([]);
  });
  afterAll(() => stage.strike());

  async function listen(page: Page): Promise<FakeClient> {
    const coming = stage.gateway.client();
    await startButton(page).click();
    const client = await coming;
    await client.next();
    client.begin();
    await status(page).getByText('Listening').waitFor();
    return client;
  }

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
      encoding: 'pcm16',
      sample_rate: 24_000,
    });
    await status(page).getByText('Connecting').waitFor();
    client.begin();
    await status(page).getByText('Listening').waitFor();
    await client.hear(2_400);
    expect(await held(page)).toEqual(['live', 'running']);

    client.partial(0, 'it was the', 62);
    const row = segments(page).first();
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
    await segments(page).nth(1).waitFor();
    await stopButton(page).click();
    await status(page).getByText('Finishing').waitFor();
    client.final(1, 'Of times.', 65);
    await client.end();
    await status(page).getByText('Ready').waitFor();
    expect(await segments(page).locator('p').allInnerTexts()).toEqual(['It was the best.', 'Of times.']);
    expect(await held(page)).toEqual(['ended', 'closed']);
    expect(await client.closed).toBe(1000);
  });

  it('announces finals, and never partials', async () => {
    const page = await stage.open();
    const client = await listen(page);
    client.final(0, 'One.');
    client.partial(1, 'two');
    await segments(page).nth(1).waitFor();
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
    const first = await listen(page);
    await first.hear(24_000);
    first.final(0, 'One.', 0);
    await segments(page).first().waitFor();
    await stop(page, first);
    const second = await listen(page);
    second.final(0, 'Two.', 60);
    await segments(page).nth(1).waitFor();
    expect(await segments(page).locator('p').allInnerTexts()).toEqual(['One.', 'Two.']);
    expect(await segments(page).nth(1).innerText()).toMatch(/^1:0[1-9]/);
    expect(await page.getByRole('button', { name: 'New', exact: true }).isDisabled()).toBe(true);
    await stop(page, second);
    await page.getByRole('button', { name: 'New', exact: true }).click();
    expect(await segments(page).count()).toBe(0);
    await page.getByText('read your words here').waitFor();
  });

  it('copies the words, and says that it did or could not', async () => {
    const page = await stage.open({ permissions: ['microphone', 'clipboard-read', 'clipboard-write'] });
    const client = await listen(page);
    client.final(0, 'One.');
    client.partial(1, 'two');
    await segments(page).nth(1).waitFor();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied', exact: true }).waitFor();
    await page.getByText('The transcript is in the clipboard.').waitFor();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('One.\ntwo');
    await page.getByRole('button', { name: 'Copy', exact: true }).waitFor();
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    await page.getByRole('button', { name: 'Copy', exact: true }).click();
    await page.getByRole('button', { name: 'Not copied' }).waitFor();
    await stop(page, client);
  });

  it('follows the end until the person scrolls up, and again when asked to', async () => {
    const page = await stage.open({ viewport: { width: 800, height: 600 } });
    const client = await listen(page);
    const atEnd = () =>
      page.evaluate(() => document.documentElement.scrollHeight - innerHeight - scrollY <= 1 && scrollY > 0);
    const newest = page.getByRole('button', { name: 'Newest words' });
    for (let i = 0; i < 40; i++) client.final(i, `This is sentence number ${i}.`);
    await segments(page).nth(39).waitFor();
    await expect.poll(atEnd).toBe(true);
    expect(await newest.isVisible()).toBe(false);

    await page.mouse.move(400, 200);
    await page.mouse.wheel(0, -300);
    await newest.waitFor();
    const place = await page.evaluate(() => scrollY);
    client.final(40, 'This comes while somebody reads above.');
    await segments(page).nth(40).waitFor();
    expect(await page.evaluate(() => scrollY)).toBe(place);

    await newest.click();
    await expect.poll(atEnd).toBe(true);
    client.final(41, 'This one is followed.');
    await segments(page).nth(41).waitFor();
    await expect.poll(atEnd).toBe(true);
    await stop(page, client);
  });

  describe('with the keyboard alone', () => {
    it('starts and stops by the space bar', async () => {
      const page = await stage.open();
      await status(page).getByText('Ready').waitFor();
      const coming = stage.gateway.client();
      await page.keyboard.press('Space');
      const client = await coming;
      await client.next();
      client.begin();
      await status(page).getByText('Listening').waitFor();
      await page.keyboard.press('Space');
      await client.end();
      await status(page).getByText('Ready').waitFor();
    });

    it('reaches everything in the order of reading, with a visible focus that start and stop do not lose', async () => {
      const page = await stage.open();
      await page.getByText('accuracy is basic').waitFor();
      const focused = () =>
        page.evaluate(() => {
          const element = document.activeElement;
          if (!(element instanceof HTMLElement)) return 'nothing';
          const name = element.innerText.trim().split('\n')[0] ?? '';
          return `${element.tagName} ${name}, outline ${getComputedStyle(element).outlineStyle}`;
        });
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('SELECT English, outline solid');
      // Here the space bar is the select's own.
      await page.keyboard.press('Space');
      await page.keyboard.press('Escape');
      expect(await status(page).innerText()).toBe('Ready');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('BUTTON Start, outline solid');
      const coming = stage.gateway.client();
      await page.keyboard.press('Space');
      const client = await coming;
      await client.next();
      client.begin();
      await status(page).getByText('Listening').waitFor();
      expect(await focused()).toBe('BUTTON Stop, outline solid');
      client.final(0, 'One.');
      await segments(page).first().waitFor();
      await page.keyboard.press('Enter');
      await client.end();
      await status(page).getByText('Ready').waitFor();
      expect(await focused()).toBe('BUTTON Start, outline solid');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('BUTTON Copy, outline solid');
      await page.keyboard.press('Tab');
      expect(await focused()).toBe('BUTTON New, outline solid');
    });
  });

  describe('the language', () => {
    const options = (page: Page) => page.getByRole('combobox', { name: 'Language' }).locator('option').allInnerTexts();

    it('is one of those that the engine knows', async () => {
      const page = await stage.open();
      await page.getByText('accuracy is basic').waitFor();
      expect(await options(page)).toEqual(['English']);
    });

    it('is any of the common ones, or detected, where the engine knows all; the person’s own comes first', async () => {
      const { config } = stage.gateway;
      stage.gateway.config = { ...config, engine: 'openai', languages: 'any', caveat: null };
      const page = await stage.open({ locale: 'sv-SE' });
      await page.getByText('openai').waitFor();
      const offered = await options(page);
      expect(offered[0]).toBe('Detect automatically');
      expect(offered).toContain('Swedish');
      expect(offered.slice(1)).toEqual(offered.slice(1).toSorted());
      expect(await page.getByText('accuracy is basic').count()).toBe(0);

      const select = page.getByRole('combobox', { name: 'Language' });
      expect(await select.inputValue()).toBe('sv');
      await select.selectOption('Finnish');
      const coming = stage.gateway.client();
      await startButton(page).click();
      const client = await coming;
      expect(await client.next()).toMatchObject({ language: 'fi' });
      expect(await select.isDisabled()).toBe(true);
      client.begin();
      await status(page).getByText('Listening').waitFor();
      await stop(page, client);
      stage.gateway.config = config;
    });
  });

  it('says which engine and model listen, why, and how good they are', async () => {
    const page = await stage.open();
    const header = page.getByRole('banner');
    await header.getByText('accuracy is basic. Add an OpenAI key').waitFor();
    expect(await header.innerText()).toContain(
      'Engine pocketsphinx, model pocketsphinx-en-us. There is no OPENAI_API_KEY, so the embedded recogniser is used.',
    );
  });
});
