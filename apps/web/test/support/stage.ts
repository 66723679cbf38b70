import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describeWith } from '@live-transcribe/testkit';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { FakeGateway } from './fake-gateway.ts';

export const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const missing = existsSync(executablePath) ? undefined : `${executablePath} (apt-get install chromium)`;

export const describeInChromium = (name: string, tests: () => void) => describeWith([missing], name, {}, tests);

/** How the microphone answers when the page asks. `none` leaves the browser with the devices of the machine. */
export type FakeMicrophone = { readonly wav: Buffer } | 'beeping' | 'denied' | 'none';

export interface OpenOptions extends BrowserContextOptions {
  readonly url?: string;
  /** After the page's address. */
  readonly query?: string;
  /** Runs in the page before its own scripts. */
  readonly prepare?: () => void;
}

/** Builds the page as it is shipped. */
export async function buildPage(outDir: string): Promise<void> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  await build({
    root,
    configFile: join(root, 'vite.config.ts'),
    logLevel: 'warn',
    build: { outDir, emptyOutDir: true },
  });
}

/** What a page writes to the console as a warning or worse, throws, or asks of others than its server, goes to `complaints`. */
export function listenFor(complaints: string[], page: Page): void {
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, hostname } = new URL(request.url());
    const ours = ['localhost', '127.0.0.1', 'gateway.test'].includes(hostname) || ['blob:', 'data:'].includes(protocol);
    if (!ours) complaints.push(`asked for ${request.url()}`);
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
}

/** The built page, a gateway to serve it, and a browser to look at it. */
export class Stage {
  readonly gateway: FakeGateway;
  /** Of the pages opened so far. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #folder: string;

  private constructor(gateway: FakeGateway, browser: Browser, folder: string) {
    this.gateway = gateway;
    this.#browser = browser;
    this.#folder = folder;
  }

  static async set(microphone: FakeMicrophone = 'beeping', flags: readonly string[] = []): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), 'live-transcribe-page-'));
    const outDir = join(folder, 'dist');
    await buildPage(outDir);
    const args = ['--no-sandbox', ...flags];
    if (microphone !== 'none') args.push('--use-fake-device-for-media-stream');
    args.push(microphone === 'denied' ? '--deny-permission-prompts' : '--use-fake-ui-for-media-stream');
    if (typeof microphone === 'object') {
      const wav = join(folder, 'speech.wav');
      await writeFile(wav, microphone.wav);
      args.push(`--use-file-for-fake-audio-capture=${wav}`);
    }
    const gateway = new FakeGateway(outDir);
    await gateway.listen();
    return new Stage(gateway, await chromium.launch({ executablePath, args }), folder);
  }

  /** The folder of the built page. */
  get built(): string {
    return join(this.#folder, 'dist');
  }

  /** A page of its own, without memory of others. */
  async open(options: OpenOptions = {}): Promise<Page> {
    const { url = this.gateway.pageUrl, query = '', prepare, ...contextOptions } = options;
    const context = await this.#browser.newContext({ reducedMotion: 'reduce', ...contextOptions });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    listenFor(this.complaints, page);
    if (prepare) await page.addInitScript(prepare);
    await page.goto(url + query);
    return page;
  }

  async strike(): Promise<void> {
    await this.#browser.close();
    await this.gateway.close();
    await rm(this.#folder, { recursive: true });
  }
}

/**
 * Runs in the page before its own scripts: the microphone as it is, sent as samples. What a browser does to a voice (echo,
 * noise, gain) it does anew in every run, so that nothing can be compared after it; nor can it after an encoder.
 */
export function withoutProcessing(): void {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  navigator.mediaDevices.getUserMedia = () => ask({ audio });
  Reflect.deleteProperty(window, 'AudioEncoder');
}
