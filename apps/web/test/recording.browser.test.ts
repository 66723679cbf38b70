import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FlacFrameEncoder, flacBlockSize, flacStart, timelineMs } from '@live-transcribe/audio';
import type { LoggedEvent, Seq } from '@live-transcribe/core';
import { openSqliteStore } from '@live-transcribe/store-sql';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { RealStage } from './support/real-stage.ts';
import { describeInChromium } from './support/stage.ts';

const id = '00000000-0000-4000-8000-000000000001';
const key = 'a-key-of-the-page-and-its-tests';
const rate = 16_000;
const seconds = 60;
const texts = Array.from({ length: seconds }, (_, second) => `word${second}`);

/** A session of a minute that a server has left: a word a second, and audio. */
async function leave(folder: string): Promise<void> {
  const store = await openSqliteStore({ file: join(folder, 'transcripts.sqlite') });
  const recognition = { language: 'en', model: 'm', prompt: undefined, words: true };
  const claim = await store.create({ id, startedAt: Date.UTC(2026, 0, 1), recognition, resumable: true });
  const words = texts.map((text, at) => ({ text, start: timelineMs(at * 1_000), end: timelineMs(at * 1_000 + 900) }));
  const span = { start: timelineMs(0), end: timelineMs(seconds * 1_000) };
  const events: LoggedEvent[] = [
    { kind: 'opened', seq: 1 as Seq, session: id, engine: 'e', model: 'm', language: 'en' },
    { kind: 'final', seq: 2 as Seq, segment: 0, ...span, text: texts.join(' '), words, vendorEvent: 'x' },
    { kind: 'closed', seq: 3 as Seq, duration: span.end, segments: 1 },
  ];
  await store.append(claim, events);
  await store.close();
  const encoder = new FlacFrameEncoder(rate);
  const count = Math.ceil((seconds * rate) / flacBlockSize);
  const frames = Array.from({ length: count }, (_, number) => {
    const tone = (i: number) => Math.round(5_000 * Math.sin((number * flacBlockSize + i) / 7));
    return encoder
      .encode(
        Int16Array.from({ length: flacBlockSize }, (_sample, i) => tone(i)),
        number,
      )
      .slice();
  });
  const application = { id: 'ltrs', body: new Uint8Array(8) };
  mkdirSync(join(folder, 'audio'));
  const start = flacStart({ sampleRate: rate, samples: 0, application });
  writeFileSync(join(folder, 'audio', `${id}.flac`), Buffer.concat([start, ...frames]));
}

const sounding = (page: Page, text: string) =>
  page.locator('.word[data-sounding]').getByText(text, { exact: true }).waitFor();

describeInChromium('a session whose audio is kept', () => {
  let stage: RealStage;
  let folder = '';
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'live-transcribe-recording-'));
    await leave(folder);
    stage = await RealStage.set(new Int16Array(rate), rate, { DATA_DIR: folder, API_KEYS: key, ENGINE: 'openai' });
  }, 120_000);
  afterAll(async () => {
    await stage.strike();
    rmSync(folder, { recursive: true });
  });

  it('is played from the word that is pressed, and the words that sound are marked', async () => {
    const page = await stage.open(undefined, `?session=${id}&token=${key}`);
    const bar = page.getByRole('region', { name: 'Playback' });
    await bar.getByText('/ 1:00').or(bar.getByText('/ 1:01')).waitFor();
    await page.getByText('word50', { exact: true }).click();
    await sounding(page, 'word50');
    await sounding(page, 'word51');
    await bar.getByRole('button', { name: 'Pause playback' }).click();
    await page.getByText('word3', { exact: true }).click();
    await sounding(page, 'word4');
    await bar.getByRole('button', { name: 'Pause playback' }).click();
    expect(await bar.getByRole('slider').inputValue()).toMatch(/^[45]$/);
  });
});
