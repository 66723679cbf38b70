import { wavBytes } from '@live-transcribe/testkit';
import type { BrowserContextOptions, Page } from 'playwright-core';
import type { FakeClient } from './fake-client.ts';
import type { FakeSession } from './fake-history.ts';
import type { Stage } from './stage.ts';

/** A state of the page that somebody looks at. */
export interface Scene {
  readonly name: string;
  /** Opens a page and brings it there. */
  open(stage: Stage, options: BrowserContextOptions): Promise<Page>;
}

const start = (page: Page) => page.getByRole('button', { name: 'Start' });

/** Presses Start and answers as a server does. */
export async function listen(stage: Stage, page: Page): Promise<FakeClient> {
  const coming = stage.gateway.client();
  await start(page).click();
  const client = await coming;
  await client.next();
  client.begin();
  await page.getByRole('status').getByText('Listening').waitFor();
  return client;
}

const dialogue: readonly (readonly [speaker: string, text: string])[] = [
  ['Anna', 'Good morning, everybody. Shall we begin with the harbour?'],
  ['Anna', 'The ferry from the islands came in at seven, twenty minutes late, because of the fog.'],
  ['Björn', 'I was on board. Nobody minded: the captain told stories about the lighthouse the whole time.'],
  ['Anna', 'Then let us talk about the new quay. When will it be ready?'],
  ['Björn', 'In June, if the stone arrives. The masons have been waiting for two weeks.'],
];

function tellDialogue(client: FakeClient): void {
  for (const [segment, [speaker, text]] of dialogue.entries()) client.final(segment, text, segment * 6.4, { speaker });
}

/** Chooses a file of half a minute and answers as a server does. */
export async function transcribeFile(stage: Stage, page: Page, name: string): Promise<FakeClient> {
  const coming = stage.gateway.client();
  const tone = Int16Array.from({ length: 8_000 * 33 }, (_, index) => 3_000 * Math.sin(index / 6));
  await page.getByRole('radio', { name: 'File' }).check();
  const asked = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose a file' }).click();
  await (await asked).setFiles({ name, mimeType: 'audio/wav', buffer: wavBytes(tone, 8_000) });
  const client = await coming;
  await client.next();
  client.begin();
  return client;
}

async function listening(stage: Stage, page: Page): Promise<FakeClient> {
  const client = await listen(stage, page);
  tellDialogue(client);
  client.partial(dialogue.length, 'and who is going to pay for', dialogue.length * 6.4);
  await page.getByText('going to pay').waitFor();
  return client;
}

/** Sessions as a server would have kept them. */
export function keptSessions(): FakeSession[] {
  const about = { language: 'en', model: 'gpt-4o-transcribe', engine: 'openai' };
  const items = dialogue.map(([speaker, text], segment) => {
    return { segment, speaker, text, start: segment * 6.4, end: segment * 6.4 + 5.9 };
  });
  const text = (...texts: readonly string[]) =>
    texts.map((one, segment) => ({ segment, text: one, start: segment * 4, end: segment * 4 + 3.5 }));
  const kept = (id: string, day: string, duration: number, of: FakeSession['items'], live = false): FakeSession => {
    const started_at = `2026-03-${day}:00.000Z`;
    return { ...about, id, started_at, ended_at: live ? null : started_at, live, duration, items: of };
  };
  return [
    kept('live-1', '09T09:41', 512, text('We are in the middle of the lecture on tides and their causes.'), true),
    kept('harbour', '09T08:00', 1_934, items),
    kept(
      'interview',
      '06T14:15',
      2_711,
      text('Tell me where you grew up.', 'In a small town by the sea, above the bakery.'),
    ),
    kept('memo', '05T17:02', 41, text('Remember to water the lemon tree, and to call the piano tuner before Friday.')),
    kept('quiet', '05T17:00', 3, []),
  ];
}

/** A minute of a busy gateway, up to now. */
export function busyRings(): Readonly<Record<string, readonly object[]>> {
  const now = Date.now() / 1000;
  const session_id = 'a1';
  const chunks = Array.from({ length: 580 }, (_, index) => {
    const end_s = (index + 1) / 10;
    const rms = 0.02 + 0.13 * Math.abs(Math.sin(index / 7) * Math.sin(index / 31));
    const t = now - 58 + end_s;
    return { t, session_id, bytes: 300 + (index % 40), start_s: index / 10, end_s, rms, peak: Math.min(1, rms * 3.1) };
  });
  const texts = Array.from({ length: 110 }, (_, index) => {
    const final = index % 8 === 7;
    const end_s = (index + 1) / 2;
    const late = 0.24 + 0.09 * Math.sin(index / 3) + (final ? 0.32 : 0);
    const text = final ? 'The ferry from the islands came in at seven.' : 'The ferry from the';
    const type = final ? 'final' : 'partial';
    return { t: now - 58 + end_s + late, session_id, type, text, ts: { start_s: end_s - 1, end_s }, event: type };
  });
  return {
    'front-chunks': chunks,
    'openai-chunks': chunks.map((chunk) => ({ ...chunk, t: chunk.t + 0.002, bytes: 6_400, peak: undefined })),
    'openai-text': texts.map((entry) => ({
      ...entry,
      t: entry.t - 0.003,
      event:
        entry.type === 'final'
          ? 'conversation.item.input_audio_transcription.completed'
          : 'conversation.item.input_audio_transcription.delta',
    })),
    'front-text': texts,
  };
}

async function opened(stage: Stage, options: BrowserContextOptions & { query?: string }): Promise<Page> {
  stage.gateway.history.sessions = keptSessions();
  return await stage.open(options);
}

export const scenes: readonly Scene[] = [
  {
    name: 'ready',
    open: async (stage, options) => {
      const page = await opened(stage, options);
      await page.getByText('accuracy is basic').waitFor();
      return page;
    },
  },
  {
    name: 'listening',
    open: async (stage, options) => {
      const page = await opened(stage, options);
      await listening(stage, page);
      return page;
    },
  },
  {
    name: 'troubles',
    open: async (stage, options) => {
      const page = await opened(stage, options);
      const client = await listening(stage, page);
      client.say({ notice: 'Some audio is missing.', code: 'gap_filled', start: 34 });
      client.say({ error: 'No transcript.', code: 'engine_lost', start: 35, end: 41 });
      client.say({ error: 'It failed.', code: 'utterance_failed', segment: 5, start: 41, end: 44 });
      client.partial(6, 'and then the connection', 45);
      await page.getByText('and then the connection').waitFor();
      client.say({ error: 'A-word-that-is-very-long-and-has-no-place-to-break'.repeat(3), code: 'moon' });
      client.socket.close(1011);
      await start(page).waitFor();
      return page;
    },
  },
  {
    name: 'file',
    open: async (stage, options) => {
      const page = await opened(stage, options);
      const client = await transcribeFile(stage, page, 'harbour.wav');
      tellDialogue(client);
      await client.end();
      await page.locator('.word').getByText('masons').waitFor();
      await page.locator('.word').getByText('lighthouse').click();
      await page.locator('.word[data-sounding]').getByText('lighthouse').waitFor();
      await page.getByRole('button', { name: 'Pause playback' }).click();
      return page;
    },
  },
  {
    name: 'search',
    open: async (stage, options) => {
      const page = await opened(stage, options);
      await listening(stage, page);
      await page.getByRole('button', { name: 'Search' }).click();
      await page.getByRole('searchbox').fill('the');
      await page.getByText(/1 of \d/).waitFor();
      return page;
    },
  },
  {
    name: 'settings',
    open: async (stage, options) => {
      const page = await opened(stage, options);
      await page.getByRole('button', { name: 'Settings' }).click();
      await page.getByRole('dialog').getByText('Vocabulary').waitFor();
      return page;
    },
  },
  {
    name: 'display',
    open: async (stage, options) => {
      const page = await opened(stage, options);
      await listening(stage, page);
      await page.getByRole('button', { name: 'Display' }).click();
      await page.getByText('High contrast').click();
      return page;
    },
  },
  {
    name: 'keys',
    open: async (stage, options) => {
      const page = await opened(stage, options);
      await page.getByText('accuracy is basic').waitFor();
      await page.keyboard.press('?');
      await page.getByRole('dialog').getByText('Pause or resume').waitFor();
      return page;
    },
  },
  {
    name: 'captions',
    open: async (stage, options) => {
      const page = await opened(stage, options);
      await listening(stage, page);
      await page.keyboard.press('c');
      await page.getByRole('dialog').getByText('going to pay').waitFor();
      return page;
    },
  },
  {
    name: 'history',
    open: async (stage, options) => {
      const page = await opened(stage, { ...options, query: '?history' });
      await page.getByText('lemon tree').waitFor();
      return page;
    },
  },
  {
    name: 'delete',
    open: async (stage, options) => {
      const page = await opened(stage, { ...options, query: '?history' });
      await page.getByRole('button', { name: 'Delete' }).nth(1).click();
      await page.getByRole('dialog').getByText('for good').waitFor();
      return page;
    },
  },
  {
    name: 'session',
    open: async (stage, options) => {
      const page = await opened(stage, { ...options, query: '?session=harbour' });
      await page.getByText('masons').waitFor();
      return page;
    },
  },
  {
    name: 'watch',
    open: async (stage, options) => {
      const coming = stage.gateway.watcher();
      const page = await opened(stage, { ...options, query: '?watch=live-1' });
      const watcher = await coming;
      for (const [segment, [speaker, text]] of dialogue.entries()) {
        watcher.final(segment, text, segment * 6.4, { speaker });
      }
      watcher.partial(dialogue.length, 'and who is going to pay for', 32);
      await page.getByText('going to pay').waitFor();
      return page;
    },
  },
  {
    name: 'overlay',
    open: async (stage, options) => {
      const coming = stage.gateway.watcher();
      const page = await opened(stage, { ...options, query: '?overlay' });
      const watcher = await coming;
      watcher.final(0, 'When will the new quay be ready?');
      watcher.partial(1, 'in June, if the stone arrives');
      await page.getByText('if the stone').waitFor();
      return page;
    },
  },
  {
    name: 'debug',
    open: async (stage, options) => {
      stage.gateway.rings = busyRings();
      const page = await opened(stage, { ...options, query: '?debug' });
      await page.getByRole('cell', { name: /ferry/ }).first().waitFor();
      await page.getByText(/\d+ ms/).waitFor();
      return page;
    },
  },
];
