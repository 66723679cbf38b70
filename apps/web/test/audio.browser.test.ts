import { afterAll, beforeAll, expect, it } from 'vitest';
import { locate } from './support/correlation.ts';
import { button, startButton, status, stopButton } from './support/parts.ts';
import { Ruler } from './support/ruler.ts';
import { describeInChromium, Stage, withoutProcessing } from './support/stage.ts';

const sampleRate = 24_000;
const window = sampleRate / 10;
/** Samples that a browser processes at a time, by the Web Audio specification. */
const renderQuantum = 128;
/** Samples on either side of the expected place in which a piece that moved would be found. */
const around = 1_000;
/** What is left when the device's rate and ours put samples at other places between those of the file. */
const alike = 0.95;

function busyFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

describeInChromium('the microphone', () => {
  const ruler = new Ruler(20);
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.set({ wav: ruler.wav });
  });
  afterAll(() => stage.strike());

  // Chromium's own device plays its file in real time, and stumbles where the machine is too busy for it: then once more.
  const again = { retry: 2 };

  it(
    'arrives with no sample missing, doubled or moved: from before the server answered, and while the page is busy',
    again,
    async () => {
      const page = await stage.open({ prepare: withoutProcessing });
      const coming = stage.gateway.client();
      await startButton(page).click();
      const client = await coming;
      expect(await client.next()).toMatchObject({ encoding: 'pcm16', sample_rate: sampleRate });
      await page.evaluate(busyFor, 1_000);
      client.begin();
      await client.hear(3 * sampleRate);
      await page.evaluate(busyFor, 2_000);
      await client.hear(8 * sampleRate);
      await stopButton(page).click();
      await client.end();
      await status(page).getByText('Ready').waitFor();

      const file = ruler.at(sampleRate);
      const heard = client.samples;
      const places: number[] = [];
      let lag = locate(heard.subarray(window, 2 * window), file, 0, sampleRate).at - window;
      // The browser takes a moment to begin, and so does the file: half a second of it may have gone by.
      expect(lag).toBeGreaterThanOrEqual(0);
      expect(lag).toBeLessThan(sampleRate / 2);
      for (let at = window; at + window <= heard.length; at += window) {
        const found = locate(heard.subarray(at, at + window), file, at + lag - around, at + lag + around);
        expect(found.alike, `at ${at} of ${heard.length}`).toBeGreaterThan(alike);
        lag = found.at - at;
        places.push(lag);
      }
      expect(new Set(places), 'how much later in the file than in what was heard').toHaveLength(1);
      expect(heard.length).toBeGreaterThanOrEqual(8 * sampleRate);
      // The browser gave whole quanta; had a part of the last one been left behind, it would show.
      const quantum = (renderQuantum * sampleRate) / (await page.evaluate(() => new AudioContext().sampleRate));
      const wholeQuanta = Math.round(heard.length / quantum) * quantum;
      expect(Math.abs(heard.length - wholeQuanta)).toBeLessThan(1);
      expect(stage.complaints).toEqual([]);
    },
  );

  it('shows its level, and none while it is paused', async () => {
    const page = await stage.open();
    const meter = page.getByRole('meter', { name: 'Level' });
    expect(await meter.getAttribute('aria-valuenow')).toBe('0');
    const coming = stage.gateway.client();
    await startButton(page).click();
    const client = await coming;
    await client.next();
    client.begin();
    await page.locator('[role=meter][aria-valuetext=good]').waitFor();
    expect(Number(await meter.getAttribute('aria-valuenow'))).toBeGreaterThan(30);
    await button(page, 'Pause').click();
    await page.locator('[role=meter][aria-valuenow="0"]').waitFor();
    await button(page, 'Resume').click();
    await page.locator('[role=meter][aria-valuetext=good]').waitFor();
    await stopButton(page).click();
    await client.end();
    await page.locator('[role=meter][aria-valuenow="0"]').waitFor();
  });
});
