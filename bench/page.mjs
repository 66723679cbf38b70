/**
 * The page in a real Chromium: what is loaded at first and how soon something is seen on a cold start; what half an hour of
 * speech costs, told faster than anybody speaks with the microphone on; and how smoothly 5,000 segments scroll.
 *
 * A task of more than 50 ms is one that people notice. A frame should take 16.7 ms on a screen of 60 Hz.
 *
 * Run it after `npm run build`:  node bench/page.mjs [--json] [--minutes 30] [--faster 20]
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';
import { watchMainThread } from './lib/main-thread.mjs';
import { openPageGateway, sentence } from './lib/page-gateway.mjs';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    minutes: { type: 'string', default: '30' },
    faster: { type: 'string', default: '20' },
  },
});
const minutes = Number(values.minutes);
const faster = Number(values.faster);
/** Seconds and partials of one sentence, as people and engines make them. */
const sentenceSeconds = 4;
const partialsEach = 12;
const segments = 5_000;
const coldStarts = 5;
const framesScrolled = 600;
const folder = fileURLToPath(new URL('../apps/web/dist', import.meta.url));

const launch = () =>
  chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'],
  });
const median = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
const part = (numbers, share) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length * share)];
const round = (number) => Math.round(number * 10) / 10;

/** Partials and finals of so many minutes, in a fraction of the time. */
async function talk(say) {
  const sentences = (minutes * 60) / sentenceSeconds;
  const pauseMs = (sentenceSeconds * 1000) / (partialsEach + 1) / faster;
  const begun = performance.now();
  let told = 0;
  for (let segment = 0; segment < sentences; segment++) {
    const text = sentence(segment);
    const place = { segment, start: segment * sentenceSeconds, end: (segment + 1) * sentenceSeconds };
    for (let piece = 1; piece <= partialsEach; piece++) {
      say({ partial: text.slice(0, (text.length * piece) / partialsEach), ...place });
      await sleep(Math.max(0, begun + ++told * pauseMs - performance.now()));
    }
    say({ final: text, ...place });
  }
}

async function coldStart(url) {
  const browser = await launch();
  const page = await browser.newPage();
  const scripts = [];
  page.on('response', (response) => {
    if (response.url().endsWith('.js')) scripts.push(response.body());
  });
  await page.goto(url);
  await page.getByRole('status').waitFor();
  const paint = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const take = (list) =>
          list.getEntriesByName('first-contentful-paint').forEach((entry) => resolve(entry.startTime));
        new PerformanceObserver(take).observe({ type: 'paint', buffered: true });
      }),
  );
  const bodies = await Promise.all(scripts);
  await browser.close();
  return { paint, bytes: bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0) };
}

async function transcribe(url) {
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(url);
  await page.getByRole('status').waitFor();
  const session = await page.context().newCDPSession(page);
  const heap = async () => {
    await session.send('HeapProfiler.collectGarbage');
    const { usedSize } = await session.send('Runtime.getHeapUsage');
    return usedSize / 1024 / 1024;
  };
  const before = await heap();
  const last = (minutes * 60) / sentenceSeconds - 1;
  const final = page.locator('li[data-state=final]').getByText(sentence(last), { exact: true });
  const tasks = await watchMainThread(browser, page, async () => {
    await page.getByRole('button', { name: 'Start' }).click();
    await final.waitFor({ timeout: (minutes * 60_000) / faster + 120_000 });
  });
  const rows = await page.locator('.transcript li').count();
  const after = await heap();
  await browser.close();
  return { tasks, rows, heapBefore: before, heapAfter: after };
}

async function scroll(url) {
  const browser = await launch();
  const page = await browser.newPage();
  let opened = 0;
  let frames = [];
  const tasks = await watchMainThread(browser, page, async () => {
    const begun = performance.now();
    await page.goto(`${url}?session=long`);
    await page.getByText(sentence(0)).waitFor();
    opened = performance.now() - begun;
    frames = await page.evaluate(scrollDown, framesScrolled);
  });
  const rows = await page.locator('.transcript li').count();
  await browser.close();
  const frame = { median: part(frames, 0.5), p99: part(frames, 0.99), longest: Math.max(...frames) };
  return { opened, frame, tasks, rows };
}

/** Runs in the page; answers how long each frame took. */
async function scrollDown(count) {
  const box = document.querySelector('.scroller');
  const taken = [];
  let before = performance.now();
  for (let frame = 0; frame < count; frame++) {
    box.scrollTop += 300;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const now = performance.now();
    taken.push(now - before);
    before = now;
  }
  return taken;
}

const tell = ({ clock, processor }) =>
  `${clock.long} tasks of more than 50 ms by the clock (longest ${round(clock.longest)} ms), ` +
  `${processor.long} by the processor's time (longest ${round(processor.longest)} ms, ${round(processor.sum / 1000)} s in all)`;

const gateway = await openPageGateway({ folder, segments, talk });
try {
  const starts = [];
  for (let run = 0; run < coldStarts; run++) starts.push(await coldStart(gateway.url));
  const speech = await transcribe(gateway.url);
  const long = await scroll(gateway.url);
  const paints = starts.map(({ paint }) => round(paint));
  if (values.json) {
    console.log(JSON.stringify({ paints, bytes: starts[0].bytes, speech, long }, undefined, 2));
  } else {
    console.log(`first load          ${round(starts[0].bytes / 1024)} KiB of JavaScript, gzip`);
    console.log(`first paint         ${median(paints)} ms after a cold start (median of ${paints.join(', ')})`);
    console.log(`${minutes} minutes of speech, ${faster} times as fast`);
    console.log(`                    ${tell(speech.tasks)}`);
    console.log(
      `                    ${speech.rows} rows in the document, heap ${round(speech.heapBefore)} to ${round(speech.heapAfter)} MiB`,
    );
    console.log(`${segments} segments       there after ${round(long.opened)} ms, ${long.rows} rows in the document`);
    console.log(
      `  scrolling         a frame takes ${round(long.frame.median)} ms (p99 ${round(long.frame.p99)}, longest ${round(long.frame.longest)})`,
    );
    console.log(`                    ${tell(long.tasks)}`);
  }
} finally {
  gateway.close();
}
