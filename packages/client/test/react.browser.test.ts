import type { Page } from 'playwright-core';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BrowserStage, describeInChromium } from './support/browser-stage.ts';
import { bundleCode, source } from './support/bundle.ts';
import { WireServer } from './support/wire-server.ts';

const tone = Int16Array.from({ length: 30 * 48_000 }, (_, index) => Math.round(8_000 * Math.sin(index / 10)));

const alias = {
  '@live-transcribe/client/react': source('react/index.ts'),
  '@live-transcribe/client': source('index.ts'),
};

/** A component that a person can take off the page, in the mode that mounts each twice to find what is not undone. */
const code = (url: string) => `
import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import { microphone } from '@live-transcribe/client';
import { useLiveTranscription } from '@live-transcribe/client/react';

globalThis.tracks = [];
const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
navigator.mediaDevices.getUserMedia = async (wish) => {
  const stream = await open(wish);
  globalThis.tracks.push(...stream.getTracks());
  return stream;
};

function Dictation() {
  const { state, segments, start, stop } = useLiveTranscription({ url: ${JSON.stringify(url)} });
  return (
    <div>
      <button onClick={() => start(microphone())}>Start</button>
      <button onClick={stop}>Stop</button>
      <p role="status">{state}</p>
      {segments.map(({ index, text, state }) => <p key={index} className={state}>{text}</p>)}
    </div>
  );
}

function App() {
  const [there, setThere] = useState(true);
  return <>{there && <Dictation />}<button onClick={() => setThere(!there)}>{there ? 'Take away' : 'Bring back'}</button></>;
}

createRoot(document.body.appendChild(document.createElement('div'))).render(<StrictMode><App /></StrictMode>);`;

let server: WireServer;
let stage: BrowserStage | undefined;
beforeEach(async () => {
  server = await new WireServer().listen();
});
afterEach(async () => {
  await stage?.strike();
  stage = undefined;
  await server.stop();
});

async function open(): Promise<Page> {
  const [script = ''] = await bundleCode(code(server.url), { alias });
  const html = '<!doctype html><link rel="icon" href="data:,"><body><script type="module" src="/app.js"></script>';
  stage = await BrowserStage.set({ heard: tone, files: { '/app': html, '/app.js': script } });
  return stage.open('app');
}

const press = (page: Page, name: string) => page.getByRole('button', { name }).click();

describeInChromium('the React hook, in React', () => {
  afterEach(() => expect(stage?.complaints).toEqual([]));

  it('shows segments as they come, and the last one after the stop', async () => {
    const page = await open();
    await press(page, 'Start');
    await page.locator('p.final', { hasText: '0-25' }).waitFor();
    await page.locator('p.partial').waitFor();
    await press(page, 'Stop');
    await page.getByRole('status').getByText('ended').waitFor();
    expect(await page.locator('p.partial').count()).toBe(0);
    expect(server.starts).toHaveLength(1);
  });

  it('lets the microphone and the line go when its component does, and begins anew with the next', async () => {
    const page = await open();
    await press(page, 'Start');
    await page.locator('p.final', { hasText: '0-25' }).waitFor();
    await press(page, 'Take away');
    await expect.poll(() => server.clients.length).toBe(0);
    expect(await page.evaluate('tracks.map(({ readyState }) => readyState)')).toEqual(['ended']);
    await press(page, 'Bring back');
    await page.getByRole('status').getByText('idle').waitFor();
    await press(page, 'Start');
    await page.locator('p.final', { hasText: '0-25' }).waitFor();
    expect(server.sessions.size).toBe(2);
  });

  it('leaves one transcription running when it is started twice', async () => {
    const page = await open();
    await press(page, 'Start');
    await page.getByRole('status').getByText('live').waitFor();
    await press(page, 'Start');
    await expect.poll(() => server.starts.length).toBe(2);
    await page.locator('p.final', { hasText: '0-25' }).waitFor();
    await expect.poll(() => server.clients.length).toBe(1);
    await expect.poll(() => page.evaluate('tracks.map(({ readyState }) => readyState)')).toEqual(['ended', 'live']);
  });
});
