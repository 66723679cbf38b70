import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith, wavBytes } from '@live-transcribe/testkit';
import { type Browser, chromium, type Page } from 'playwright-core';
import type * as Sdk from '../../src/index.ts';
import { bundle, source } from './bundle.ts';

export const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const missing = existsSync(executablePath) ? undefined : `${executablePath} (apt-get install chromium)`;

export const describeInChromium = (name: string, tests: () => void) => describeWith([missing], name, {}, tests);

declare global {
  /** The SDK, in the page. */
  var sdk: typeof Sdk;
}

export interface StageOptions {
  /** What the microphone hears, once: mono, 48 kHz. Without it there are the machine's own devices: none. */
  readonly heard?: Int16Array;
  readonly flags?: readonly string[];
  /** The page's content security policy. */
  readonly policy?: string;
  /** More that the page's server has: text by path. */
  readonly files?: Readonly<Record<string, string>>;
}

/** A page that has the SDK, and a browser with a microphone. */
export class BrowserStage {
  readonly url: string;
  /** What pages wrote to the console as an error, or threw. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #strike: () => Promise<void>;

  private constructor(url: string, browser: Browser, strike: () => Promise<void>) {
    this.url = url;
    this.#browser = browser;
    this.#strike = strike;
  }

  static async set({ heard, flags = [], policy, files = {} }: StageOptions = {}): Promise<BrowserStage> {
    const folder = await mkdtemp(join(tmpdir(), 'live-transcribe-sdk-'));
    const page =
      '<!doctype html><html lang="en"><title>SDK</title><link rel="icon" href="data:,"><script type="module" src="/page.js"></script>';
    const served: Record<string, string> = {
      '/': page,
      '/page.js': "import * as sdk from '/sdk.js'; globalThis.sdk = sdk;",
      '/sdk.js': (await bundle(source('index.ts'))).join(),
      '/worklet.js': (await bundle(source('sources/capture-worklet.ts'))).join(),
      ...files,
    };
    const http = createServer(({ url = '/' }, response) => {
      const content = served[new URL(url, 'http://any').pathname];
      const type = content?.startsWith('<') ? 'text/html' : 'text/javascript';
      if (policy !== undefined) response.setHeader('content-security-policy', policy);
      response.writeHead(content === undefined ? 404 : 200, { 'content-type': type }).end(content);
    }).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const args = ['--no-sandbox', ...flags];
    if (heard) {
      const wav = join(folder, 'heard.wav');
      await writeFile(wav, wavBytes(heard, 48_000));
      args.push('--use-fake-device-for-media-stream', `--use-file-for-fake-audio-capture=${wav}%noloop`);
    }
    if (heard && !flags.includes('--deny-permission-prompts')) args.push('--use-fake-ui-for-media-stream');
    // A tab that is muted is shared without its sound.
    const browser = await chromium.launch({ executablePath, args, ignoreDefaultArgs: ['--mute-audio'] });
    return new BrowserStage(`http://localhost:${(http.address() as AddressInfo).port}/`, browser, async () => {
      await browser.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await rm(folder, { recursive: true });
    });
  }

  async open(path = '', prepare?: () => void): Promise<Page> {
    const page = await this.visit(this.url + path, prepare);
    if (path === '') await page.waitForFunction(() => globalThis.sdk !== undefined);
    return page;
  }

  /** A page from anywhere. */
  async visit(url: string, prepare?: () => void): Promise<Page> {
    const page = await this.#browser.newPage();
    page.setDefaultTimeout(30_000);
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    if (prepare) await page.addInitScript(prepare);
    await page.goto(url);
    return page;
  }

  async strike(): Promise<void> {
    await this.#strike();
  }
}

/** What a browser does to a voice it does anew in every run, so that nothing can be compared after it. */
export const unprocessed = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
