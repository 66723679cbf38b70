import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { status } from './support/parts.ts';
import { describeInChromium, Stage } from './support/stage.ts';

const mostScript = 60 * 1024;

/** Runs in the page: milliseconds until something was to be seen. */
function firstPaint(): Promise<number> {
  return new Promise((resolve) => {
    new PerformanceObserver((list) => {
      for (const { startTime } of list.getEntriesByName('first-contentful-paint')) resolve(startTime);
    }).observe({ type: 'paint', buffered: true });
  });
}

describeInChromium('what is loaded at first', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.set();
  });
  afterAll(() => stage.strike());

  it.each(['en-GB', 'sv-SE'])('is at most 60 KiB of script, compressed, for who reads %s', async (locale) => {
    const page = await stage.open({ locale });
    await status(page).waitFor();
    await page.reload({ waitUntil: 'networkidle' });
    const names = await page.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => new URL(name).pathname)
        .filter((path) => path.endsWith('.js')),
    );
    const files = await Promise.all(names.map((path) => readFile(join(stage.built, path.replace('/static/', '')))));
    const bytes = files.reduce((sum, file) => sum + gzipSync(file, { level: 9 }).length, 0);
    console.log(
      `${bytes} bytes in ${files.length} files; first paint after ${Math.round(await page.evaluate(firstPaint))} ms`,
    );
    expect(files.length).toBeGreaterThan(1);
    expect(bytes).toBeLessThanOrEqual(mostScript);
    // What few need at once comes when it is needed.
    const all = (await readdir(join(stage.built, 'assets'))).filter((name) => name.endsWith('.js'));
    expect(all.length).toBeGreaterThan(files.length + 4);
    expect(stage.complaints).toEqual([]);
  });

  it('has nothing inline, and nothing of others: a strict policy lets all of it through', async () => {
    const html = await readFile(join(stage.built, 'index.html'), 'utf8');
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|="javascript:/i);
    expect(html).not.toMatch(/(src|href)="(https?:)?\/\//i);
  });
});
