import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import axe, { type Result } from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { faintTexts, withShifts } from './support/looks.ts';
import { listen, scenes } from './support/scenes.ts';
import { describeInChromium, Stage } from './support/stage.ts';

/** A folder to put a picture of every scene into. */
const pictures = process.env['PICTURES'];

const sizes = { wide: { width: 1100, height: 720 }, phone: { width: 360, height: 740 } };

const cases = scenes.flatMap((scene) => [
  { scene, name: scene.name, colorScheme: 'light', size: 'wide' } as const,
  { scene, name: scene.name, colorScheme: 'dark', size: 'wide' } as const,
  { scene, name: scene.name, colorScheme: 'light', size: 'phone' } as const,
  { scene, name: scene.name, colorScheme: 'dark', size: 'phone' } as const,
]);

/** With as much heard as is told, and a picture under the overlay. */
async function takePicture(page: Page, path: string): Promise<void> {
  if ((await page.getByRole('status').allInnerTexts()).includes('Listening')) {
    await page.getByRole('timer').getByText('0:3').waitFor({ timeout: 50_000 });
  }
  await page.mouse.move(0, 0);
  await page.evaluate(() => {
    const { dataset, style } = document.documentElement;
    if (dataset['view'] === 'overlay') style.background = '#48697a';
  });
  await page.screenshot({ path });
}

/** Every rule of axe that is broken, and where. By evaluation, since the page's policy lets no other script in. */
async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found = await page.evaluate<readonly Result[]>('axe.run().then(({ violations }) => violations)');
  return found.flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}

/** Without the time spoken, which is there from the first second on, and without the level. */
const snapshot = `- banner:
  - heading "live-transcribe" [level=1]
  - navigation "Pages":
    - link "Live":
      - /url: "?"
    - link "History":
      - /url: "?history"
    - link "Debug":
      - /url: "?debug"
  - button "Big captions"
  - button "Display"
  - button "Keys"
- main:
  - region "What is said":
    - list "Transcript":
      - listitem:
        - text: 0:00 Anna
        - paragraph: It was the best of times.
      - listitem:
        - text: 0:03
        - paragraph: it was the worst
    - log "Newest words":
      - paragraph: It was the best of times.
- contentinfo:
  - alert
  - status: Listening
  - meter "Level"
  - group "Source":
    - radio "Microphone" [checked] [disabled]
    - text: Microphone
    - radio "Tab" [disabled]
    - text: Tab
    - radio "File" [disabled]
    - text: File
  - combobox "Language" [disabled]:
    - option "English" [selected]
  - button "Settings"
  - button "Stop"
  - button "Pause"
  - button "Search"
  - button "Copy"
  - button "Download"
  - button "Share"
  - button "New" [disabled]
  - paragraph`;

describeInChromium('the look of the page', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.set();
    if (pictures !== undefined) await mkdir(pictures, { recursive: true });
  });
  afterEach(() => {
    expect(stage.complaints.splice(0)).toEqual([]);
  });
  afterAll(() => stage.strike());

  it.each(cases)(
    '$name, $colorScheme, $size: readable, and inside the window',
    async ({ scene, colorScheme, size }) => {
      const page = await scene.open(stage, { colorScheme, viewport: sizes[size] });
      if (pictures !== undefined) await takePicture(page, join(pictures, `${scene.name}-${size}-${colorScheme}.png`));
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      // An overlay's words stand on a colour of their own that lets a picture through.
      if (scene.name !== 'overlay') expect(await page.evaluate(faintTexts)).toEqual([]);
      expect(await violations(page)).toEqual([]);
      for (const button of await page.getByRole('button').all()) {
        const box = await button.boundingBox();
        if (box !== null) expect(Math.min(box.width, box.height), await button.innerText()).toBeGreaterThanOrEqual(24);
      }
      await page.context().close();
    },
  );

  it('has the colours that the person or the system wants', async () => {
    const background = (page: Page) => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    const [light, dark] = ['rgb(250, 249, 246)', 'rgb(21, 20, 19)'];
    const page = await stage.open({ colorScheme: 'dark' });
    await page.getByText('accuracy is basic').waitFor();
    expect(await background(page)).toBe(dark);
    await page.getByRole('button', { name: 'Display' }).click();
    await page.getByRole('radio', { name: 'Light' }).check();
    expect(await background(page)).toBe(light);
    await page.reload();
    await expect.poll(() => background(page)).toBe(light);
    await page.getByRole('button', { name: 'Display' }).click();
    await page.getByRole('radio', { name: 'System' }).check();
    expect(await background(page)).toBe(dark);
    await page.getByRole('checkbox', { name: 'High contrast' }).check();
    expect(await background(page)).toBe('rgb(0, 0, 0)');
  });

  it('is at rest: nothing moves but what a person moves, from the first sight to the first words', async () => {
    for (const viewport of Object.values(sizes)) {
      const page = await stage.open({ viewport, prepare: withShifts });
      await page.getByText('accuracy is basic').waitFor();
      const client = await listen(stage, page);
      client.partial(0, 'it was the best');
      await page.getByText('it was the best').waitFor();
      client.final(0, 'It was the best of times.');
      await page.getByText('It was the best of times.').first().waitFor();
      // Where Lighthouse begins to call it noticeable.
      expect(await page.evaluate<number>('shifted()')).toBeLessThan(0.1);
    }
  });

  it('says to a screen reader what it shows', async () => {
    const page = await stage.open();
    await page.getByText('accuracy is basic').waitFor();
    const client = await listen(stage, page);
    client.final(0, 'It was the best of times.', 0, { speaker: 'Anna' });
    client.partial(1, 'it was the worst');
    await page.getByText('it was the worst').waitFor();
    const told = await page.locator('body').ariaSnapshot();
    expect(told.replace(/^ *- timer.*\n/m, '').replace(/(meter ".*"):.*/, '$1')).toBe(snapshot);
  });

  describe('motion', () => {
    const animation = (page: Page) =>
      page.evaluate(() => {
        const dot = document.querySelector('.status');
        return dot === null ? 'no dot' : getComputedStyle(dot, '::before').animationName;
      });

    it('is there for those who want it, and for nobody else', async () => {
      const lively = await stage.open({ reducedMotion: 'no-preference' });
      await listen(stage, lively);
      expect(await animation(lively)).toBe('breathe');
      const calm = await stage.open({ reducedMotion: 'reduce' });
      await listen(stage, calm);
      expect(await animation(calm)).toBe('none');
    });
  });
});
