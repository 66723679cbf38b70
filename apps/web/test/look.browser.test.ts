import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeInChromium, Stage } from './browser.ts';

/** Texts whose contrast with what is behind them is below WCAG's AA for text of any size. */
function faintTexts(): string[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  if (canvas === null) throw new Error('no canvas');
  const rgba = (color: string) => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = color;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const luminance = (color: string) => {
    const [r = 0, g = 0, b = 0] = rgba(color).map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element: Element | null): string => {
    if (element === null) return 'white';
    const color = getComputedStyle(element).backgroundColor;
    return rgba(color)[3] === 255 ? color : behind(element.parentElement);
  };
  const faint: string[] = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let checked = 0;
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const element = node.parentElement;
    if (element === null || node.nodeValue?.trim() === '' || !element.checkVisibility()) continue;
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    checked++;
    if (contrast < 4.5) faint.push(`${contrast.toFixed(2)} ${node.nodeValue}`);
  }
  if (checked < 10) faint.push(`only ${checked} texts were there to check`);
  return faint;
}

/** The sum of the layout shifts without a person's doing, as browsers report it. */
function withShifts(): void {
  let sum = 0;
  const isShift = (entry: object): entry is { value: number; hadRecentInput: boolean } => 'hadRecentInput' in entry;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (isShift(entry) && !entry.hadRecentInput) sum += entry.value;
  }).observe({ type: 'layout-shift', buffered: true });
  Object.assign(window, { shifted: () => sum });
}

/** Times and levels left out. */
const snapshot = `- banner:
  - heading "live-transcribe" [level=1]
  - paragraph: Engine pocketsphinx, model pocketsphinx-en-us. There is no OPENAI_API_KEY, so the embedded recogniser is used.
  - paragraph: "This server uses its embedded recogniser: accuracy is basic. Add an OpenAI key for better results."
- main:
  - list "Transcript":
    - listitem:
      - text: 0:00
      - paragraph: It was the best of times, it was the worst of times, it was the age of wisdom.
    - listitem:
      - text: 0:03
      - paragraph: it was the age of foolishness
  - log "Newest words":
    - paragraph: It was the best of times, it was the worst of times, it was the age of wisdom.
- contentinfo:
  - alert
  - status: Listening
  - timer "Time spoken"
  - meter "Microphone level"
  - text: Language
  - combobox "Language" [disabled]:
    - option "English" [selected]
  - button "Stop"
  - button "Copy"
  - paragraph
  - button "New" [disabled]`;

const widths = { wide: { width: 1100, height: 720 }, phone: { width: 360, height: 740 } };

describeInChromium('the look of the page', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.set();
  });
  afterAll(() => stage.strike());

  async function listen(page: Page) {
    const coming = stage.gateway.client();
    await page.getByRole('button', { name: 'Start' }).click();
    const client = await coming;
    client.begin();
    await page.getByRole('status').getByText('Listening').waitFor();
    client.final(0, 'It was the best of times, it was the worst of times, it was the age of wisdom.');
    client.partial(1, 'it was the age of foolishness');
    await page.getByText('foolishness').waitFor();
    return client;
  }

  const cases = (['light', 'dark'] as const).flatMap((colorScheme) =>
    (['wide', 'phone'] as const).map((width) => ({ colorScheme, width })),
  );

  it.each(cases)('$colorScheme, $width: readable, inside the window, and at rest', async ({ colorScheme, width }) => {
    const page = await stage.open({ colorScheme, viewport: widths[width], prepare: withShifts });
    const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    await page.getByText('accuracy is basic').waitFor();
    expect(await page.evaluate(faintTexts)).toEqual([]);

    const client = await listen(page);
    expect(await page.evaluate(faintTexts)).toEqual([]);
    expect(await overflow()).toBeLessThanOrEqual(0);

    client.say({ error: 'A-word-that-is-very-long-and-has-no-place-to-break'.repeat(3), code: 'moon' });
    client.socket.close(1011);
    await page.getByRole('button', { name: 'Start' }).waitFor();
    expect(await page.evaluate(faintTexts)).toEqual([]);
    expect(await overflow()).toBeLessThanOrEqual(0);
    // Where Lighthouse begins to call it noticeable.
    expect(await page.evaluate<number>('shifted()')).toBeLessThan(0.1);

    const buttons = await page.getByRole('button').all();
    for (const button of buttons) {
      const box = await button.boundingBox();
      expect(Math.min(box?.width ?? 0, box?.height ?? 0), await button.innerText()).toBeGreaterThanOrEqual(24);
    }
    const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(background).toBe(colorScheme === 'dark' ? 'rgb(22, 21, 19)' : 'rgb(250, 249, 246)');
  });

  it('says to a screen reader what it shows', async () => {
    const page = await stage.open();
    await page.getByText('accuracy is basic').waitFor();
    await listen(page);
    const told = await page.locator('body').ariaSnapshot();
    expect(told.replace(/((?:timer|meter) ".*"):.*/g, '$1')).toBe(snapshot);
  });

  describe('motion', () => {
    const animation = (page: Page) =>
      page.evaluate(() => {
        const dot = document.querySelector('.status');
        return dot === null ? 'no dot' : getComputedStyle(dot, '::before').animationName;
      });

    it('is there for those who want it, and for nobody else', async () => {
      const lively = await stage.open({ reducedMotion: 'no-preference' });
      await listen(lively);
      expect(await animation(lively)).toBe('breathe');
      const calm = await stage.open({ reducedMotion: 'reduce' });
      await listen(calm);
      expect(await animation(calm)).toBe('none');
    });
  });
});
