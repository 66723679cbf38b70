import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeWith } from '@live-transcribe/testkit';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { build } from 'vite';
import { FakeGateway } from './fake-gateway.ts';

export const executablePath = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

const missing = existsSync(executablePath) ? undefined : `${executablePath} (apt-get install chromium)`;

export const describeInChromium = (name: string, tests: () => void) => describeWith([missing], name, {}, tests);

/** How the microphone answers when the page asks. `none` leaves the browser with the devices of the machine. */
export type FakeMicrophone = { readonly wav: Buffer } | 'beeping' | 'denied' | 'none';

/** The built page, a gateway to serve it, and a browser to look at it. */
export class Stage {
  readonly gateway: FakeGateway;
  /** What the page wrote to the console or threw, of the pages opened so far. */
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
    const root = new URL('..', import.meta.url).pathname;
    await build({
      root,
      configFile: join(root, 'vite.config.ts'),
      logLevel: 'warn',
      build: { outDir, emptyOutDir: true },
    });
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

  /** A page of its own, without memory of others; `prepare` runs in it before its own scripts. */
  async open(options: BrowserContextOptions & { url?: string; prepare?: () => void } = {}): Promise<Page> {
    const { url, prepare, ...contextOptions } = options;
    const context = await this.#browser.newContext({ reducedMotion: 'reduce', ...contextOptions });
    const page = await context.newPage();
    page.setDefaultTimeout(15_000);
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    if (prepare) await page.addInitScript(prepare);
    await page.goto(url ?? this.gateway.pageUrl);
    return page;
  }

  async strike(): Promise<void> {
    await this.#browser.close();
    await this.gateway.close();
    await rm(this.#folder, { recursive: true });
  }
}

/**
 * Runs in the page before its own scripts: the microphone as it is. What a browser does to a voice (echo, noise, gain) it
 * does anew in every run, so that nothing can be compared after it.
 */
export function withoutProcessing(): void {
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  navigator.mediaDevices.getUserMedia = () => ask({ audio });
}
