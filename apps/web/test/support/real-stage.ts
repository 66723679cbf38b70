import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseEngine, type Gateway, readConfig, startGateway } from '@live-transcribe/server';
import { wavBytes } from '@live-transcribe/testkit';
import { pino } from 'pino';
import { type Browser, chromium, type Page } from 'playwright-core';
import { buildPage, executablePath, listenFor } from './stage.ts';

/** The real gateway with the built page, and a browser whose microphone hears `speech` once. */
export class RealStage {
  readonly gateway: Gateway;
  /** What the page wrote to the console or threw. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #folder: string;

  private constructor(gateway: Gateway, browser: Browser, folder: string) {
    this.gateway = gateway;
    this.#browser = browser;
    this.#folder = folder;
  }

  /** `speech` is mono PCM at `rate` Hz; `environment` configures the gateway. */
  static async set(speech: Int16Array, rate: number, environment: Record<string, string>): Promise<RealStage> {
    const folder = await mkdtemp(join(tmpdir(), 'live-transcribe-stage-'));
    const pageFolder = join(folder, 'dist');
    await buildPage(pageFolder);
    const wav = join(folder, 'speech.wav');
    await writeFile(wav, wavBytes(speech, rate));
    const read = readConfig({ PORT: '0', DATA_DIR: join(folder, 'data'), ...environment });
    if (!read.ok) throw new Error(read.faults.join('\n'));
    const log = pino({ level: 'silent' });
    const choice = chooseEngine(read.config, log);
    const gateway = await startGateway({ config: read.config, choice, log, pageFolder, version: '0.0.0' });
    const args = [
      '--no-sandbox',
      '--use-fake-ui-for-media-stream',
      '--use-fake-device-for-media-stream',
      // Once, not in a loop.
      `--use-file-for-fake-audio-capture=${wav}%noloop`,
    ];
    const browser = await chromium.launch({ executablePath, args });
    return new RealStage(gateway, browser, folder);
  }

  /** Where the microphone's file is, to be chosen by a person. */
  get speechFile(): string {
    return join(this.#folder, 'speech.wav');
  }

  async open(prepare?: () => void, query = ''): Promise<Page> {
    const context = await this.#browser.newContext({ reducedMotion: 'reduce', viewport: { width: 900, height: 720 } });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    listenFor(this.complaints, page);
    if (prepare) await page.addInitScript(prepare);
    await page.goto(`http://127.0.0.1:${this.gateway.port}/static/index.html${query}`);
    return page;
  }

  async strike(): Promise<void> {
    await this.#browser.close();
    await this.gateway.close();
    await rm(this.#folder, { recursive: true });
  }
}
