import { wavBytes } from '@live-transcribe/testkit';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { alert, button, rows, said, startButton, status, stopButton } from './support/parts.ts';
import { transcribeFile } from './support/scenes.ts';
import { describeInChromium, Stage } from './support/stage.ts';

const tone = wavBytes(
  Int16Array.from({ length: 8_000 * 20 }, (_, index) => 3_000 * Math.sin(index / 6)),
  8_000,
);

/** Drops a file on the page as a person does. */
async function drop(page: Page, name: string, type: string, bytes: Buffer): Promise<void> {
  await status(page).waitFor();
  await page.evaluate(
    ({ name: fileName, type: fileType, base64 }) => {
      const content = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], fileName, { type: fileType }));
      for (const event of ['dragover', 'drop']) {
        document.body.dispatchEvent(new DragEvent(event, { dataTransfer, bubbles: true, cancelable: true }));
      }
    },
    { name, type, base64: bytes.toString('base64') },
  );
}

describeInChromium('what is listened to', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.set();
  });
  afterEach(() => {
    expect(stage.complaints.splice(0)).toEqual([]);
  });
  afterAll(() => stage.strike());

  describe('a file', () => {
    it('that is dropped on the page arrives byte by byte, with its progress shown', async () => {
      const page = await stage.open();
      const coming = stage.gateway.client();
      await drop(page, 'tone.wav', 'audio/wav', tone);
      const client = await coming;
      expect(await client.next()).toMatchObject({ action: 'start', encoding: 'auto' });
      client.begin();
      // The end of the file is the end of the audio.
      expect(await client.next()).toEqual({ action: 'stop' });
      expect(client.bytes.equals(tone)).toBe(true);
      await page.getByRole('progressbar', { name: 'Sent' }).waitFor();
      await page.getByText('100 %').waitFor();
      client.final(0, 'A tone.', 0);
      client.say({ ended: true, duration: 20, segments: 1 });
      await status(page).getByText('Ready').waitFor();
      expect(await said(page).allInnerTexts()).toEqual(['A tone.']);
      // What was chosen before is chosen still.
      expect(await page.getByRole('radio', { name: 'Microphone' }).isChecked()).toBe(true);
    });

    it('plays in step with its text, from whichever word is pressed', async () => {
      const page = await stage.open();
      const client = await transcribeFile(stage, page, 'speech.wav');
      const words = ['One', 'two', 'three.'].map((word, at) => ({ word, start: 4 + 4 * at, end: 7.8 + 4 * at }));
      client.final(0, 'Before.', 0);
      client.final(1, 'One two three.', 4, { words, end: 16 });
      await client.end();
      await status(page).getByText('Ready').waitFor();
      const sounding = page.locator('.word[data-sounding]');
      const position = () => page.getByRole('slider', { name: 'Position' }).inputValue().then(Number);
      await page.locator('.word').getByText('two').click();
      expect(await position()).toBe(7);
      await sounding.getByText('two').waitFor();
      await sounding.getByText('three.').waitFor();
      await button(page, 'Pause playback').click();
      expect(await position()).toBeGreaterThanOrEqual(12);
      // By the keyboard: the time of the segment does the same.
      await button(page, 'Play from 0:00').press('Enter');
      await sounding.getByText('Before.').waitFor();
      await page.getByRole('slider', { name: 'Position' }).fill('9');
      await sounding.getByText('two').waitFor();
      await button(page, 'Pause playback').click();
      await button(page, 'Play').waitFor();
      // "New" lets go of it.
      await button(page, 'New').click();
      expect(await page.getByRole('slider').count()).toBe(0);
    });

    it('keeps in view what sounds, for as long as it is looked at', async () => {
      const page = await stage.open({ viewport: { width: 800, height: 600 } });
      const client = await transcribeFile(stage, page, 'speech.wav');
      for (let index = 0; index < 33; index++) client.final(index, `Part ${index}.`, index, { end: index + 1 });
      await client.end();
      await status(page).getByText('Ready').waitFor();
      await page.keyboard.press('PageUp');
      const played = (seconds: number) =>
        page.waitForFunction((least) => {
          const slider = document.querySelector('input[type=range]');
          return slider instanceof HTMLInputElement && Number(slider.value) >= least;
        }, seconds);
      /** The last row that is all in view. */
      const lastSeen = () =>
        page.locator('.scroller').evaluate((box) => {
          const { bottom } = box.getBoundingClientRect();
          const inside = [...box.querySelectorAll('li')].filter((row) => row.getBoundingClientRect().bottom <= bottom);
          return Number(inside.at(-1)?.getAttribute('aria-posinset')) - 1;
        });
      const from = await lastSeen();
      await button(page, `Play from 0:${from}`).click();
      await played(from + 2);
      await button(page, 'Pause playback').click();
      expect(await lastSeen()).toBeGreaterThanOrEqual(from + 2);

      await button(page, 'Play').click();
      await page.keyboard.press('PageUp');
      await page.keyboard.press('PageUp');
      const elsewhere = await lastSeen();
      await played(from + 5);
      expect(await lastSeen()).toBe(elsewhere);
      expect(elsewhere).toBeLessThan(from);
    });

    it.each([
      ['report.pdf', 'application/pdf', Buffer.from('%PDF'), 'neither sound nor video', 'Choose a WAV, MP3'],
      ['empty.wav', 'audio/wav', Buffer.alloc(0), 'This file is empty.', 'Choose another one.'],
    ])('%s is refused, with what to choose instead', async (name, type, bytes, what, next) => {
      const page = await stage.open();
      await drop(page, name, type, bytes);
      await alert(page, what).waitFor();
      await alert(page, next).waitFor();
      await startButton(page).waitFor();
    });

    it('that the server cannot decode is refused with the server’s own sentence', async () => {
      const page = await stage.open();
      const coming = stage.gateway.client();
      await drop(page, 'strange.m4a', 'audio/mp4', Buffer.from('strange'));
      const client = await coming;
      await client.next();
      client.begin();
      client.say({ error: 'The track is ALAC; send AAC.', code: 'unsupported_audio' });
      client.socket.close(1008);
      await alert(page, 'does not read sound of this kind').waitFor();
      await alert(page, 'The track is ALAC; send AAC.').waitFor();
      await startButton(page).waitFor();
    });

    it('that the browser cannot play is transcribed all the same', async () => {
      const page = await stage.open();
      const coming = stage.gateway.client();
      await drop(page, 'strange.caf', 'audio/x-caf', Buffer.from('caff, which this browser does not play'));
      const client = await coming;
      await client.next();
      client.begin();
      await alert(page, 'Your browser cannot play this file.').waitFor();
      client.final(0, 'Heard all the same.');
      await rows(page).first().waitFor();
    });

    it('is not taken while something else is listened to', async () => {
      const page = await stage.open();
      const coming = stage.gateway.client();
      await startButton(page).click();
      const client = await coming;
      await client.next();
      client.begin();
      await status(page).getByText('Listening').waitFor();
      await drop(page, 'tone.wav', 'audio/wav', tone);
      await alert(page, 'Something is being transcribed already.').waitFor();
      expect(await status(page).innerText()).toBe('Listening');
      await stopButton(page).waitFor();
    });
  });

  describe('a tab', () => {
    /** Shares a tone where a browser would ask which tab. */
    function withTab(): void {
      navigator.mediaDevices.getDisplayMedia = () => {
        const context = new AudioContext();
        const oscillator = new OscillatorNode(context);
        const output = new MediaStreamAudioDestinationNode(context);
        oscillator.connect(output);
        oscillator.start();
        Object.assign(window, { shared: output.stream });
        return Promise.resolve(output.stream);
      };
    }

    it('is listened to until the person ends the sharing', async () => {
      const page = await stage.open({ prepare: withTab });
      await page.getByRole('radio', { name: 'Tab' }).check();
      const coming = stage.gateway.client();
      await startButton(page).click();
      const client = await coming;
      await client.next();
      client.begin();
      await status(page).getByText('Listening').waitFor();
      await client.hearPackets(0.3);
      await page.evaluate('shared.getTracks()[0].dispatchEvent(new Event("ended"))');
      await client.end();
      await status(page).getByText('Ready').waitFor();
      expect(await page.getByRole('alert').innerText()).toBe('');
    });

    it.each([
      ['without sound', () => Promise.resolve(new MediaStream()), 'What you shared comes without sound.'],
      ['not shared', () => Promise.reject(new DOMException('no', 'NotAllowedError')), 'No tab was shared.'],
    ])('%s', async (_name, answer, what) => {
      const page = await stage.open();
      await page.evaluate(`navigator.mediaDevices.getDisplayMedia = ${answer.toString()}`);
      await page.getByRole('radio', { name: 'Tab' }).check();
      await startButton(page).click();
      await alert(page, what).waitFor();
    });
  });
});
