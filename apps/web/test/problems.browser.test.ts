import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeInChromium, Stage } from './browser.ts';
import type { FakeClient } from './fake-gateway.ts';

const startButton = (page: Page) => page.getByRole('button', { name: 'Start' });
const alert = (page: Page, text: string) => page.getByRole('alert').getByText(text);
const segments = (page: Page) => page.getByRole('list', { name: 'Transcript' }).getByRole('listitem');

/** The tracks that the page got, as `window.tracks`. */
function withTracks(): void {
  const tracks: MediaStreamTrack[] = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await ask(constraints);
    tracks.push(...stream.getTracks());
    return stream;
  };
  Object.assign(window, { tracks });
}

const released = (page: Page) =>
  page.waitForFunction('tracks.length > 0 && tracks.every((t) => t.readyState === "ended")');

describeInChromium('what goes wrong is said in words, with what to do', () => {
  describe('with a microphone', () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.set('beeping', ['--host-resolver-rules=MAP gateway.test 127.0.0.1']);
    });
    afterAll(() => stage.strike());

    async function speak(page: Page): Promise<FakeClient> {
      const coming = stage.gateway.client();
      await startButton(page).click();
      const client = await coming;
      client.begin();
      await page.getByRole('status').getByText('Listening').waitFor();
      client.final(0, 'Said before.');
      await segments(page).first().waitFor();
      return client;
    }

    const endings: readonly [name: string, end: (client: FakeClient) => void, what: string, next: string][] = [
      [
        'the network breaks',
        ({ socket }) => socket.terminate(),
        'The connection to the server was lost.',
        'Press Start',
      ],
      ['the server stops', ({ socket }) => socket.close(1001), 'The server is stopping.', 'when the server is back'],
      [
        'the engine goes away',
        (client) => {
          client.say({ error: 'The engine did not come back.', code: 'engine_lost' });
          client.socket.close(1011);
        },
        'The engine did not come back.',
        'Press Start to go on.',
      ],
      ['the answer is no sense', ({ socket }) => socket.send('<html>'), 'does not understand', 'Reload the page'],
      [
        'an error that this page does not know',
        (client) => {
          client.say({ error: 'The moon is full.', code: 'full_moon' });
          client.socket.close(1011);
        },
        'The moon is full.',
        'Press Start to try again.',
      ],
    ];

    it.each(endings)('%s', async (_name, end, what, next) => {
      const page = await stage.open({ prepare: withTracks });
      const client = await speak(page);
      end(client);
      await alert(page, what).waitFor();
      await alert(page, next).waitFor();
      await startButton(page).waitFor();
      await released(page);
      expect(await segments(page).locator('p').allInnerTexts()).toEqual(['Said before.']);
      await page.getByRole('button', { name: 'Dismiss' }).click();
      expect(await page.getByRole('alert').innerText()).toBe('');
    });

    it('the server is busy', async () => {
      const page = await stage.open({ prepare: withTracks });
      const coming = stage.gateway.client();
      await startButton(page).click();
      const client = await coming;
      client.say({ error: 'Every recogniser is in use.', code: 'engine_busy' });
      client.socket.close(1013);
      await alert(page, 'The server is busy').waitFor();
      await alert(page, 'Wait a moment').waitFor();
      await released(page);
      // The next try takes the message away.
      await speak(page);
      expect(await page.getByRole('alert').innerText()).toBe('');
    });

    it('nobody answers at the server’s address', async () => {
      const page = await stage.open({ prepare: withTracks });
      stage.gateway.refuses = true;
      await startButton(page).click();
      await alert(page, 'The server could not be reached.').waitFor();
      stage.gateway.refuses = false;
      await released(page);
    });

    it('one part fails and the rest goes on', async () => {
      const page = await stage.open();
      const client = await speak(page);
      client.partial(1, 'mumble');
      await segments(page).nth(1).waitFor();
      client.say({
        error: 'One part could not be transcribed.',
        code: 'utterance_failed',
        segment: 1,
        start: 3,
        end: 5,
      });
      await alert(page, 'One part could not be transcribed.').waitFor();
      await alert(page, 'goes on').waitFor();
      client.final(2, 'Said after.');
      await segments(page).getByText('Said after.').waitFor();
      expect(await segments(page).locator('p').allInnerTexts()).toEqual(['Said before.', 'Said after.']);
      await page.getByRole('button', { name: 'Stop' }).waitFor();
    });

    it('the microphone is unplugged: what was said still becomes text', async () => {
      const page = await stage.open({ prepare: withTracks });
      const client = await speak(page);
      await client.next();
      await page.evaluate('tracks[0].dispatchEvent(new Event("ended"))');
      expect(await client.next()).toEqual({ action: 'stop' });
      client.final(1, 'Said last.');
      client.say({ ended: true });
      await alert(page, 'The microphone was disconnected.').waitFor();
      expect(await segments(page).locator('p').allInnerTexts()).toEqual(['Said before.', 'Said last.']);
      await released(page);
    });

    it('another program has the microphone', async () => {
      const page = await stage.open({
        prepare: () => {
          navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('busy', 'NotReadableError'));
        },
      });
      await startButton(page).click();
      await alert(page, 'The microphone could not be opened.').waitFor();
      await alert(page, 'Another program may be using it.').waitFor();
    });

    it('the page is not served securely', async () => {
      const url = `http://gateway.test:${stage.gateway.port}/static/index.html`;
      const page = await stage.open({ url });
      await startButton(page).click();
      await alert(page, 'does not give this page the microphone').waitFor();
      await alert(page, 'https://').waitFor();
    });

    it('there is no engine: said before anybody presses Start, and until there is one', async () => {
      const ready = stage.gateway.readiness;
      const reason = 'Set OPENAI_API_KEY in .env, or install the embedded recogniser.';
      stage.gateway.readiness = { status: 503, body: { status: 'unavailable', reason } };
      const page = await stage.open();
      await alert(page, 'This server cannot transcribe at the moment.').waitFor();
      await alert(page, reason).waitFor();
      stage.gateway.readiness = ready;
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      await alert(page, 'cannot transcribe').waitFor({ state: 'detached' });
    });

    it('the server went away behind the page', async () => {
      const page = await stage.open({
        prepare: () => {
          const native = window.fetch;
          window.fetch = (address, options) =>
            new Request(address, options).url.endsWith('/readyz')
              ? Promise.reject(new TypeError('refused'))
              : native(address, options);
        },
      });
      await alert(page, `There is no answer from localhost:${stage.gateway.port}.`).waitFor();
      await alert(page, 'This page keeps trying.').waitFor();
    });
  });

  it('the person does not allow the microphone', async () => {
    const stage = await Stage.set('denied');
    try {
      const page = await stage.open();
      await startButton(page).click();
      await alert(page, 'The microphone is blocked for this page.').waitFor();
      await alert(page, 'Allow it in your browser').waitFor();
    } finally {
      await stage.strike();
    }
  });

  it('there is no microphone', async () => {
    const stage = await Stage.set('none');
    try {
      const page = await stage.open();
      await startButton(page).click();
      await alert(page, 'No microphone was found.').waitFor();
      await alert(page, 'Connect one').waitFor();
    } finally {
      await stage.strike();
    }
  });
});
