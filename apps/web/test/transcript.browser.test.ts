import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { button, rows, said } from './support/parts.ts';
import { keptSessions, listen } from './support/scenes.ts';
import { describeInChromium, Stage } from './support/stage.ts';

const newest = (page: Page) => button(page, 'Newest words');
const scroller = (page: Page) => page.getByRole('region', { name: 'What is said' });
const atEnd = (page: Page) =>
  scroller(page).evaluate((box) => box.scrollHeight - box.clientHeight - box.scrollTop <= 1 && box.scrollTop > 0);
/** Where a row stands on the screen. */
const place = (page: Page, text: string) =>
  said(page)
    .getByText(text, { exact: true })
    .evaluate((row) => Math.round(row.getBoundingClientRect().top));

const sentence = (index: number) =>
  `This is sentence number ${index}, ${'and it goes on '.repeat(index % 9)}to its end.`;

/** So many that nobody could have all of them on the page. */
const many = 5_000;

describeInChromium('the transcript', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.set();
    const items = Array.from({ length: many }, (_, segment) => {
      return { segment, start: segment * 4, end: segment * 4 + 3, text: sentence(segment) };
    });
    const [session] = keptSessions().slice(1);
    if (session !== undefined) stage.gateway.history.sessions = [{ ...session, id: 'long', items }];
  });
  afterEach(() => {
    expect(stage.complaints.splice(0)).toEqual([]);
  });
  afterAll(() => stage.strike());

  const openLong = async () => {
    const page = await stage.open({ query: '?session=long', viewport: { width: 900, height: 700 } });
    await said(page).getByText(sentence(0), { exact: true }).waitFor();
    return page;
  };

  it('follows the end until the person scrolls up, and again when asked to', async () => {
    const page = await stage.open({ viewport: { width: 800, height: 600 } });
    const client = await listen(stage, page);
    for (let index = 0; index < 40; index++) client.final(index, `This is sentence number ${index}.`);
    await said(page).getByText('number 39.').waitFor();
    await expect.poll(() => atEnd(page)).toBe(true);
    expect(await newest(page).isVisible()).toBe(false);

    await page.mouse.move(400, 200);
    await page.mouse.wheel(0, -300);
    await newest(page).waitFor();
    const before = await place(page, 'This is sentence number 30.');
    client.final(40, 'This comes while somebody reads above.');
    await page.getByRole('log').getByText('reads above').waitFor();
    expect(await place(page, 'This is sentence number 30.')).toBe(before);

    await newest(page).click();
    await expect.poll(() => atEnd(page)).toBe(true);
    client.final(41, 'This one is followed.');
    await said(page).getByText('This one is followed.').waitFor();
    await expect.poll(() => atEnd(page)).toBe(true);
    await page.setViewportSize({ width: 500, height: 400 });
    await expect.poll(() => atEnd(page)).toBe(true);
    expect(await newest(page).isVisible()).toBe(false);
  });

  it('does not undo a scroll that the browser has not told of yet', async () => {
    const page = await stage.open({ viewport: { width: 800, height: 600 } });
    const client = await listen(stage, page);
    for (let index = 0; index < 60; index++) client.final(index, `This is sentence number ${index}.`);
    await said(page).getByText('number 59.').waitFor();
    await page.mouse.move(400, 200);
    await page.mouse.wheel(0, -300);
    await newest(page).waitFor();
    // Scrolled, and drawn anew in the same turn: what was seen has moved by as much as was scrolled.
    const moved = await scroller(page).evaluate(async (box) => {
      const seen = [...box.querySelectorAll('li')].find((row) => row.getBoundingClientRect().top > 150);
      const before = seen?.getBoundingClientRect().top ?? 0;
      box.scrollTop -= 200;
      for (const key of ['+', '-']) document.dispatchEvent(new KeyboardEvent('keydown', { key }));
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      return (seen?.isConnected ? seen.getBoundingClientRect().top : Number.NaN) - before;
    });
    expect(Math.abs(moved - 200)).toBeLessThan(2);
  });

  it('does not let what is read jump when the engine takes words back or the sentence settles', async () => {
    const page = await stage.open({ viewport: { width: 800, height: 600 } });
    const client = await listen(stage, page);
    for (let index = 0; index < 20; index++) client.final(index, `This is sentence number ${index}.`);
    client.partial(20, 'a long beginning '.repeat(12));
    await said(page).getByText('a long beginning').waitFor();
    const before = await place(page, 'This is sentence number 19.');
    client.partial(20, 'shorter');
    await said(page).getByText('shorter').waitFor();
    expect(await place(page, 'This is sentence number 19.')).toBe(before);
    client.partial(20, 'a long beginning '.repeat(12));
    await said(page).getByText('a long beginning').waitFor();
    client.final(20, 'A long beginning '.repeat(12));
    await said(page).getByText('A long beginning').waitFor();
    expect(await place(page, 'This is sentence number 19.')).toBe(before);
  });

  it('has only what is near the screen in the document, of any number of segments', async () => {
    const page = await openLong();
    const drawn = () => rows(page).count();
    expect(await drawn()).toBeLessThan(80);
    expect(await rows(page).first().getAttribute('aria-setsize')).toBe(String(many));
    expect(await rows(page).first().getAttribute('aria-posinset')).toBe('1');
    for (const share of [0.25, 0.5, 0.9, 0.1]) {
      await scroller(page).evaluate((box, at) => box.scrollTo({ top: box.scrollHeight * at }), share);
      const seen = async () => {
        const positions = await rows(page).evaluateAll((all) => {
          const box = document.querySelector('.scroller')?.getBoundingClientRect();
          const inside = all.filter((row) => {
            const { top, bottom } = row.getBoundingClientRect();
            return bottom > (box?.top ?? 0) && top < (box?.bottom ?? 0);
          });
          return inside.map((row) => Number(row.getAttribute('aria-posinset')));
        });
        return { from: positions[0] ?? 0, count: positions.length };
      };
      await expect.poll(async () => Math.abs((await seen()).from / many - share)).toBeLessThan(0.06);
      expect((await seen()).count).toBeGreaterThan(4);
      expect(await drawn()).toBeLessThan(80);
    }
    await page.keyboard.press('End');
    await said(page)
      .getByText(sentence(many - 1), { exact: true })
      .waitFor();
    expect(await rows(page).last().getAttribute('aria-posinset')).toBe(String(many));
  });

  it('keeps a reader’s place while rows above turn out to be of another height', async () => {
    const page = await openLong();
    await scroller(page).evaluate((box) => box.scrollTo({ top: box.scrollHeight / 2 }));
    await expect.poll(() => rows(page).first().getAttribute('aria-posinset').then(Number)).toBeGreaterThan(1_000);
    // Row by row upwards, past rows that were never drawn: each step moves what is seen by exactly itself.
    for (let step = 0; step < 25; step++) {
      const moved = await scroller(page).evaluate(async (box) => {
        const seen = [...box.querySelectorAll('li')].find((row) => row.getBoundingClientRect().top > 150);
        const before = seen?.getBoundingClientRect().top ?? 0;
        box.scrollBy({ top: -90 });
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        return (seen?.isConnected ? seen.getBoundingClientRect().top : Number.NaN) - before;
      });
      expect(Math.abs(moved - 90)).toBeLessThanOrEqual(1);
    }
  });

  it('finds text anywhere in it, also where it is not in the document, and steps through', async () => {
    const page = await openLong();
    // In the place of the browser's own search.
    await page.keyboard.press('Control+f');
    const field = page.getByRole('searchbox', { name: 'Search in the transcript' });
    await field.fill('NUMBER 4321,');
    await page.getByText('1 of 1').waitFor();
    await said(page).getByText(sentence(4_321), { exact: true }).waitFor();
    const box = await said(page).getByText(sentence(4_321), { exact: true }).boundingBox();
    expect(box?.y).toBeGreaterThan(60);
    expect(box?.y).toBeLessThan(600);
    expect(await page.evaluate(() => CSS.highlights.get('found-current')?.size)).toBe(1);
    await field.fill('number 77');
    await page.getByText('1 of 11').waitFor();
    await field.press('Enter');
    await page.getByText('2 of 11').waitFor();
    await field.press('Shift+Enter');
    await field.press('Shift+Enter');
    await page.getByText('11 of 11').waitFor();
    await said(page).getByText(sentence(779), { exact: true }).waitFor();
    await field.fill('nowhere at all');
    await page.getByText('Nothing found').waitFor();
    await field.press('Escape');
    expect(await field.count()).toBe(0);
    expect(await page.evaluate(() => CSS.highlights.get('found')?.size)).toBe(0);
  });

  it('gets larger and smaller around what is read', async () => {
    const page = await openLong();
    await scroller(page).evaluate((box) => box.scrollTo({ top: box.scrollHeight / 2 }));
    await expect.poll(() => rows(page).first().getAttribute('aria-posinset').then(Number)).toBeGreaterThan(1_000);
    const firstSeen = () =>
      rows(page).evaluateAll((all) => {
        const top = document.querySelector('.scroller')?.getBoundingClientRect().top ?? 0;
        return Number(all.find((row) => row.getBoundingClientRect().bottom > top + 1)?.getAttribute('aria-posinset'));
      });
    const before = await firstSeen();
    const size = () =>
      said(page)
        .first()
        .evaluate((row) => Number.parseFloat(getComputedStyle(row).fontSize));
    const usual = await size();
    await page.keyboard.press('+');
    await page.keyboard.press('+');
    await expect.poll(size).toBeGreaterThan(usual * 1.4);
    expect(await firstSeen()).toBe(before);
  });

  it('copies the words, and says that it did or could not', async () => {
    const page = await stage.open({ permissions: ['microphone', 'clipboard-read', 'clipboard-write'] });
    const client = await listen(stage, page);
    client.final(0, 'One.', 0, { speaker: 'Anna' });
    client.partial(1, 'two');
    await rows(page).nth(1).waitFor();
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await button(page, 'Copy').click();
    await button(page, 'Copied').waitFor();
    await page.getByText('The transcript is in the clipboard.').waitFor();
    expect(await clipboard()).toBe('Anna: One.\ntwo');
    await button(page, 'Share').click();
    await page.getByText('A link for others to follow along').waitFor();
    expect(await clipboard()).toBe(`${stage.gateway.pageUrl}?watch=a1`);
    await page.evaluate(() => {
      navigator.clipboard.writeText = () => Promise.reject(new DOMException('no', 'NotAllowedError'));
    });
    await button(page, 'Copy').click();
    await page.getByRole('alert').getByText('did not let this page copy').waitFor();
  });

  describe('is downloaded as', () => {
    it.each([
      ['Plain text', /\.txt$/, 'Anna: One & two.\n'],
      ['Subtitles (SRT)', /\.srt$/, '1\n00:00:00,000 --> 00:00:02,500\nAnna: One & two.\n'],
      ['Subtitles (WebVTT)', /\.vtt$/, 'WEBVTT\n\n00:00:00.000 --> 00:00:02.500\n<v Anna>One &amp; two.\n'],
      ['Data (JSON)', /\.json$/, expect.stringContaining('"text": "One & two."')],
    ])('%s', async (name, file, content) => {
      const page = await stage.open();
      const client = await listen(stage, page);
      client.final(0, 'One & two.', 0, { speaker: 'Anna' });
      await rows(page).first().waitFor();
      await button(page, 'Download').click();
      const coming = page.waitForEvent('download');
      await button(page, name).click();
      const download = await coming;
      expect(download.suggestedFilename()).toMatch(file);
      expect(download.suggestedFilename()).toMatch(/^transcript-\d{8}-\d{4}\./);
      expect(await readFile(await download.path(), 'utf8')).toEqual(content);
    });
  });
});
