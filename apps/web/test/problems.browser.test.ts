import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { FakeClient } from './support/fake-client.ts';
import { alert, button, released, rows, said, startButton, status, stopButton, withRecords } from './support/parts.ts';
import { describeInChromium, Stage } from './support/stage.ts';

describeInChromium('what goes wrong is said in words, with what to do', () => {
  describe('with a microphone', () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.set('beeping', ['--host-resolver-rules=MAP gateway.test 127.0.0.1']);
    });
    afterEach(() => {
      // Chromium tells of a socket that did not open and of an answer that is an error; the page adds nothing.
      const own = /WebSocket connection to .* failed|Failed to load resource: .* 503/;
      expect(stage.complaints.splice(0).filter((line) => !own.test(line))).toEqual([]);
    });
    afterAll(() => stage.strike());

    async function speak(page: Page): Promise<FakeClient> {
      const coming = stage.gateway.client();
      await startButton(page).click();
      const client = await coming;
      await client.next();
      client.begin();
      await status(page).getByText('Listening').waitFor();
      client.final(0, 'Said before.');
      client.partial(1, 'said in');
      await rows(page).nth(1).waitFor();
      return client;
    }

    const endings: readonly [name: string, end: (client: FakeClient) => void, what: string, next: string][] = [
      [
        'the engine goes away',
        (client) => {
          client.say({ error: 'The engine did not come back.', code: 'engine_lost' });
          client.socket.close(1011);
        },
        'went away and did not come back.',
        'Press Start to go on.',
      ],
      [
        'the access runs out',
        (client) => {
          client.say({ error: 'The token has expired.', code: 'token_expired' });
          client.socket.close(1008);
        },
        'Your access to this server has run out.',
        'Open the link that you were given once more',
      ],
      ['the answer is no sense', ({ socket }) => socket.send('<html>'), 'does not understand', 'Reload the page'],
      [
        'an error that this page does not know',
        (client) => {
          client.say({ error: 'The moon is full.', code: 'full_moon' });
          client.socket.close(1008);
        },
        'The moon is full.',
        'Press Start to try again.',
      ],
    ];

    it.each(endings)('%s: the text stays, and nothing in it stays open for ever', async (_name, end, what, next) => {
      const page = await stage.open({ prepare: withRecords });
      const client = await speak(page);
      end(client);
      await alert(page, what).waitFor();
      await alert(page, next).waitFor();
      await startButton(page).waitFor();
      await released(page);
      expect(await said(page).allInnerTexts()).toEqual(['Said before.', 'said in']);
      expect(await rows(page).nth(1).getAttribute('data-state')).toBe('failed');
      await rows(page).nth(1).getByText('Cut off here.').waitFor();
      await button(page, 'Dismiss').click();
      expect(await page.getByRole('alert').innerText()).toBe('');
    });

    const refusals: readonly [code: string, close: number, what: string, next: string][] = [
      ['engine_busy', 1013, 'The server is full', 'Wait a moment'],
      ['unauthorized', 1008, 'does not let you in', 'Open the link with the token'],
      ['unsupported_language', 1008, 'does not know this language', 'Choose another language'],
    ];

    it.each(refusals)('the server refuses: %s', async (code, close, what, next) => {
      const page = await stage.open({ prepare: withRecords });
      const coming = stage.gateway.client();
      await startButton(page).click();
      const client = await coming;
      client.say({ error: 'No.', code });
      client.socket.close(close);
      await alert(page, what).waitFor();
      await alert(page, next).waitFor();
      await released(page);
      // The next try takes the message away.
      await speak(page);
      expect(await page.getByRole('alert').innerText()).toBe('');
    });

    it('nobody answers at the server’s address', async () => {
      const page = await stage.open({ prepare: withRecords });
      stage.gateway.refuses = true;
      await startButton(page).click();
      await alert(page, 'The server could not be reached.').waitFor();
      stage.gateway.refuses = false;
      await released(page);
    });

    it('one part fails and the rest goes on', async () => {
      const page = await stage.open();
      const client = await speak(page);
      const failed = { error: 'It failed.', code: 'utterance_failed', segment: 1, start: 3, end: 5 };
      client.say(failed);
      client.final(2, 'Said after.');
      await said(page).getByText('Said after.').waitFor();
      await alert(page, 'One part could not be transcribed.').waitFor();
      await alert(page, 'goes on').waitFor();
      expect(await said(page).allInnerTexts()).toEqual(['Said before.', 'said in', 'Said after.']);
      expect(await rows(page).nth(1).getAttribute('data-state')).toBe('failed');
      client.say({ ...failed, segment: 3, start: 10, end: 11 });
      await rows(page).getByText('This part could not be transcribed.').waitFor();
      await stopButton(page).waitFor();
    });

    it('a hole in the transcript, and what is to be known of the sound, stand where they belong', async () => {
      const page = await stage.open();
      const client = await speak(page);
      client.say({ notice: 'Some bytes made no sense.', code: 'damaged', start: 2.7 });
      client.say({ error: 'No transcript.', code: 'engine_lost', start: 6, end: 75 });
      client.final(2, 'Said after.', 80);
      await said(page).getByText('Said after.').waitFor();
      const texts = await rows(page).allInnerTexts();
      expect(texts.map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
        '0:00 Said before.',
        '0:02 Some of the sound was damaged here.',
        '0:03 said in',
        '0:06 No transcript from 0:06 to 1:15',
        '1:20 Said after.',
      ]);
    });

    it('the microphone is unplugged: what was said still becomes text', async () => {
      const page = await stage.open({ prepare: withRecords });
      const client = await speak(page);
      await page.evaluate('tracks[0].dispatchEvent(new Event("ended"))');
      expect(await client.next()).toEqual({ action: 'stop' });
      client.final(1, 'Said last.');
      client.say({ ended: true });
      await alert(page, 'The microphone was disconnected.').waitFor();
      expect(await said(page).allInnerTexts()).toEqual(['Said before.', 'Said last.']);
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

    it('the browser’s storage is full: what was chosen holds, and it is told', async () => {
      const page = await stage.open({
        prepare: () => {
          Storage.prototype.setItem = () => {
            throw new DOMException('full', 'QuotaExceededError');
          };
        },
      });
      await button(page, 'Display').click();
      await button(page, 'Larger').click();
      await page.getByText('120 %').waitFor();
      await alert(page, 'Your browser could not keep your settings').waitFor();
      await alert(page, 'Clear some site data').waitFor();
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
      await alert(page, 'The server does not answer.').waitFor();
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
