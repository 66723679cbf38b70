import { Resampler } from '@live-transcribe/audio';
import { findPocketSphinx } from '@live-transcribe/engine-pocketsphinx';
import { type Simulator, startSimulator } from '@live-transcribe/realtime-simulator';
import { describeWith, speak, speechToolsMissing, wordErrorRate } from '@live-transcribe/testkit';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket as Socket } from 'ws';
import { find } from './support/correlation.ts';
import { alert, button, link, said, startButton, status, stopButton } from './support/parts.ts';
import { RealStage } from './support/real-stage.ts';
import { describeInChromium, withoutProcessing } from './support/stage.ts';

/** Sentences that the embedded recogniser is known to get right, so that a difference is the path's and not its own. */
const spoken =
  'The meeting will start in ten minutes. The children are playing in the garden. Turn off the lights in the living room. Thank you very much for your help.';
const rate = 16_000;
/** Silence before, as when a person breathes in, and after, so that the last utterance ends by itself. */
const leadMs = 1_000;
const trailMs = 2_500;

const found = findPocketSphinx();
const noVoice = speechToolsMissing();
const noRecogniser = 'missing' in found ? found.missing : undefined;

const speech = () => speak(spoken, { voice: 'slt', leadMs, trailMs });

/** Seconds that the page says it has heard. */
async function heard(page: Page, seconds: number): Promise<void> {
  await page.waitForFunction((least) => {
    const [minutes = 0, rest = 0] = (document.querySelector('[role=timer]')?.textContent ?? '').split(':').map(Number);
    return minutes * 60 + rest >= least;
  }, seconds);
}

/** Presses the button, lets the microphone hear all of it, presses again, and reads what the page shows as final. */
async function transcribeOnPage(page: Page, seconds: number): Promise<string> {
  await startButton(page).click();
  await heard(page, seconds);
  await stopButton(page).click();
  await status(page).getByText('Ready').waitFor();
  return await finalsOn(page);
}

const finalsOn = async (page: Page) => (await page.locator('li[data-state=final] .said').allTextContents()).join(' ');

/** What `/ws` makes of raw samples. */
async function transcribePlain(port: number, samples: Int16Array): Promise<string> {
  const socket = new Socket(`ws://127.0.0.1:${port}/ws`);
  const finals: string[] = [];
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString());
    if (message.type === 'final') finals.push(message.text);
  });
  socket.on('open', () => {
    for (let at = 0; at < samples.length; at += 1_600) {
      const part = samples.subarray(at, at + 1_600);
      socket.send(new Uint8Array(part.buffer, part.byteOffset, part.byteLength));
    }
    socket.send('{"type":"stop"}');
  });
  await new Promise((resolve) => socket.once('close', resolve));
  return finals.join(' ');
}

/**
 * What `/v1/transcriptions` makes of the microphone as this browser's own MediaRecorder sends it; and the same recording
 * as samples at `rate`, decoded and resampled by the browser.
 */
async function transcribeRecorded(page: Page, seconds: number): Promise<{ text: string; decoded: Int16Array }> {
  const { transcript: text, dataUrl } = await page.evaluate(
    async ([lastsMs, sampleRate]) => {
      const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
      const stream = await navigator.mediaDevices.getUserMedia({ audio });
      const socket = new WebSocket(`ws://${location.host}/v1/transcriptions`);
      const recorder = new MediaRecorder(stream, { mimeType: 'audio/webm;codecs=opus', audioBitsPerSecond: 32_000 });
      const finals: string[] = [];
      const parts: Blob[] = [];
      const transcript = await new Promise<string>((resolve, reject) => {
        socket.onmessage = ({ data }) => {
          const message = JSON.parse(data);
          if (message.session_id) {
            recorder.start(100);
            // The recorder tells no time; its microphone does.
            const context = new AudioContext();
            const clock = setInterval(() => {
              if (context.currentTime * 1000 < lastsMs) return;
              clearInterval(clock);
              recorder.stop();
            }, 50);
          }
          if (message.error) reject(new Error(message.error));
          if (message.final) finals.push(message.final);
          if (message.ended) resolve(finals.join(' '));
        };
        recorder.ondataavailable = ({ data }) => {
          parts.push(data);
          socket.send(data);
        };
        recorder.onstop = () => socket.send('{"action":"stop"}');
        socket.onopen = () => socket.send('{"action":"start","language":"en"}');
      });
      const recording = await new Blob(parts).arrayBuffer();
      const decoded = await new OfflineAudioContext(1, 1, sampleRate).decodeAudioData(recording);
      const samples = Int16Array.from(decoded.getChannelData(0), (value) =>
        Math.round(Math.max(-1, Math.min(32_767 / 32_768, value)) * 32_768),
      );
      const reader = new FileReader();
      reader.readAsDataURL(new Blob([samples]));
      await new Promise((resolve) => (reader.onload = resolve));
      return { transcript, dataUrl: reader.result };
    },
    [seconds * 1000, rate] as const,
  );
  if (typeof dataUrl !== 'string') throw new TypeError('The browser read no data URL.');
  const bytes = Buffer.from(dataUrl.slice(dataUrl.indexOf(',') + 1), 'base64');
  return { text, decoded: new Int16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2).slice() };
}

describeInChromium('a person speaks, and reads the words', () => {
  describeWith([noVoice, noRecogniser], 'of the embedded recogniser', { timeout: 120_000 }, () => {
    let stage: RealStage;
    let samples: Int16Array;
    let seconds: number;
    let plain: string;
    beforeAll(async () => {
      samples = await speech();
      seconds = Math.ceil(samples.length / rate);
      stage = await RealStage.set(samples, rate, { ENGINE: 'pocketsphinx' });
      plain = await transcribePlain(stage.gateway.port, samples);
    }, 60_000);
    afterAll(() => stage?.strike());

    it('on the page, with few words wrong, and the same text as /ws gives for the same speech', async () => {
      const page = await stage.open(withoutProcessing);
      const text = await transcribeOnPage(page, seconds);
      expect(text).toBe(plain);
      // Measured: 0 of 29 words.
      expect(wordErrorRate(spoken, text).rate).toBeLessThanOrEqual(0.07);
      expect(stage.complaints).toEqual([]);
    });

    it('in a second window that follows along, in the history, and then no more', async () => {
      const page = await stage.open(withoutProcessing);
      await startButton(page).click();
      await said(page).first().waitFor();
      const other = await stage.open(undefined, '?history');
      const entry = other.locator('.sessions li').first();
      await entry.getByText('Live', { exact: true }).waitFor();
      await entry.getByRole('link').click();
      await status(other).getByText('Live', { exact: true }).waitFor();
      await said(other).first().waitFor();
      await heard(page, seconds);
      await stopButton(page).click();
      await status(page).getByText('Ready').waitFor();
      await status(other).getByText('Ended').waitFor();
      const text = await finalsOn(page);
      expect(text).toBe(plain);
      expect(await finalsOn(other)).toBe(text);

      await link(page, 'History').click();
      const kept = page.locator('.sessions li').first();
      await page.getByRole('searchbox').fill('children garden');
      await kept.getByRole('link').click();
      await said(page).first().waitFor();
      expect(await finalsOn(page)).toBe(text);
      const address = page.url();
      await page.goBack();
      await kept.getByRole('button').click();
      await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
      await status(page).getByText('The session is deleted.').waitFor();
      expect(stage.complaints).toEqual([]);
      await page.goto(address);
      await alert(page, 'There is no such session.').waitFor();
      // Chromium's own line on an answer that is an error.
      expect(stage.complaints.splice(0)).toEqual([expect.stringContaining('404')]);
    });

    it('from a file, with the times of its words, which play it', async () => {
      const page = await stage.open();
      await button(page, 'Settings').click();
      await page.getByLabel('Times of single words').check();
      await button(page, 'Close').click();
      await page.getByRole('radio', { name: 'File' }).check();
      const asked = page.waitForEvent('filechooser');
      await button(page, 'Choose a file').click();
      await (await asked).setFiles(stage.speechFile);
      await said(page).getByText('help').waitFor();
      await status(page).getByText('Ready').waitFor();
      const text = await finalsOn(page);
      expect(wordErrorRate(spoken, text).rate).toBeLessThanOrEqual(0.07);
      await page.locator('.word').getByText('garden').click();
      await page.locator('.word[data-sounding]').getByText('garden').waitFor();
      await link(page, 'Debug').click();
      await page.getByRole('table', { name: 'Text to clients' }).getByRole('cell', { name: /help/ }).first().waitFor();
      await page.getByRole('table', { name: 'Chunks to the engine' }).getByRole('row').nth(2).waitFor();
      expect(stage.complaints).toEqual([]);
    });

    it('with the browser’s own processing of the voice, at what that costs this recogniser', async () => {
      const page = await stage.open();
      const text = await transcribeOnPage(page, seconds);
      // Measured: 0 to 5 of 29 words, all in the first sentence, while the browser still adapts.
      expect(wordErrorRate(spoken, text).rate).toBeLessThanOrEqual(0.25);
    });

    it('through MediaRecorder’s WebM/Opus, with no more wrong than the codec explains', async () => {
      const page = await stage.open();
      const { text, decoded } = await transcribeRecorded(page, seconds);
      expect(decoded.length).toBeGreaterThan(seconds * rate * 0.95);
      // The codec's share: the same recording through the browser's own decoder. One word is what two resamplers may differ by.
      const explained = await transcribePlain(stage.gateway.port, decoded);
      const [errors, codec] = [text, explained].map((words) => wordErrorRate(spoken, words).errors);
      console.log(`${errors} of 29 words wrong through MediaRecorder, ${codec} through the browser's decoder`);
      expect(Math.abs((errors ?? 0) - (codec ?? 0))).toBeLessThanOrEqual(1);
      expect(wordErrorRate(explained, text).rate).toBeLessThanOrEqual(0.07);
    });
  });

  describeWith([noVoice], 'of OpenAI, as far as the simulator stands for it', { timeout: 120_000 }, () => {
    let simulator: Simulator;
    let stage: RealStage;
    let samples: Int16Array;
    beforeAll(async () => {
      samples = await speech();
      simulator = await startSimulator({
        script: () => ({ deltas: ['These words', ' are scripted.'], transcript: 'These words are scripted.' }),
      });
      stage = await RealStage.set(samples, rate, { OPENAI_API_KEY: 'sk-test', OPENAI_BASE_URL: simulator.baseUrl });
    }, 60_000);
    afterAll(async () => {
      await stage?.strike();
      await simulator?.close();
    });

    it('which was sent the spoken audio at 24 kHz', async () => {
      const page = await stage.open(withoutProcessing);
      const text = await transcribeOnPage(page, Math.ceil(samples.length / rate));
      expect(text).toMatch(/^These words are scripted\.( These words are scripted\.)*$/);
      const { recording: sent } = await simulator.connection(0);
      // From where the voice begins: the browser opens its fake microphone a moment before it hands out samples.
      const voice = new Resampler(rate, 24_000).push(samples.subarray((leadMs * rate) / 1000));
      // Measured: 0.999.
      expect(find(voice, sent).alike).toBeGreaterThan(0.99);
      expect(stage.complaints).toEqual([]);
    });
  });
});
