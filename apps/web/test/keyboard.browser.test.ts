import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { button, rows, startButton, status } from './support/parts.ts';
import { listen } from './support/scenes.ts';
import { describeInChromium, Stage } from './support/stage.ts';

describeInChromium('with the keyboard alone', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.set();
  });
  afterEach(() => {
    expect(stage.complaints.splice(0)).toEqual([]);
  });
  afterAll(() => stage.strike());

  it('starts and stops by the space bar', async () => {
    const page = await stage.open();
    await status(page).getByText('Ready').waitFor();
    const coming = stage.gateway.client();
    await page.keyboard.press('Space');
    const client = await coming;
    await client.next();
    client.begin();
    await status(page).getByText('Listening').waitFor();
    await page.keyboard.press('p');
    await status(page).getByText('Paused').waitFor();
    await page.keyboard.press('p');
    await status(page).getByText('Listening').waitFor();
    expect(await client.next()).toEqual({ action: 'commit' });
    await page.keyboard.press('Enter');
    expect(await client.next()).toEqual({ action: 'commit' });
    await page.keyboard.press('Space');
    await client.end();
    await status(page).getByText('Ready').waitFor();
  });

  it('reaches everything in the order of reading, with a visible focus that start and stop do not lose', async () => {
    const page = await stage.open();
    await page.getByText('accuracy is basic').waitFor();
    const focused = () =>
      page.evaluate(() => {
        const element = document.activeElement;
        if (!(element instanceof HTMLElement)) return 'nothing';
        const name = element.getAttribute('aria-label') ?? element.innerText.trim().split('\n')[0] ?? '';
        const ring = element.matches('.choice input') ? element.closest('label') : element;
        return `${element.tagName} ${name}, ${ring && getComputedStyle(ring).outlineStyle}`;
      });
    const walk = async (count: number) => {
      const passed: string[] = [];
      for (let step = 0; step < count; step++) {
        await page.keyboard.press('Tab');
        passed.push(await focused());
      }
      return passed;
    };
    expect(await walk(11)).toEqual([
      'A Live, solid',
      'A History, solid',
      'A Debug, solid',
      'BUTTON Big captions, solid',
      'BUTTON Display, solid',
      'BUTTON Keys, solid',
      'SECTION What is said, solid',
      'INPUT , solid',
      'SELECT Language, solid',
      'BUTTON Settings, solid',
      'BUTTON Start, solid',
    ]);
    const coming = stage.gateway.client();
    await page.keyboard.press('Space');
    const client = await coming;
    await client.next();
    client.begin();
    await status(page).getByText('Listening').waitFor();
    expect(await focused()).toBe('BUTTON Stop, solid');
    client.final(0, 'One.');
    await rows(page).first().waitFor();
    expect(await walk(5)).toEqual([
      'BUTTON Pause, solid',
      'BUTTON Search, solid',
      'BUTTON Copy, solid',
      'BUTTON Download, solid',
      'BUTTON Share, solid',
    ]);
    await button(page, 'Stop').focus();
    await page.keyboard.press('Enter');
    await client.end();
    await status(page).getByText('Ready').waitFor();
    expect(await focused()).toBe('BUTTON Start, solid');
  });

  it('has keys for the rest, told by one of them, of which each person can do without', async () => {
    const page = await stage.open();
    await page.getByText('accuracy is basic').waitFor();
    await page.keyboard.press('?');
    const help = page.getByRole('dialog', { name: 'Keys' });
    await help.getByText('Start or stop').waitFor();
    // In a dialog they mean nothing.
    await page.keyboard.press('2');
    expect(page.url()).not.toContain('history');
    await page.keyboard.press('Escape');
    await help.waitFor({ state: 'detached' });
    await page.keyboard.press('2');
    await page.getByRole('heading', { name: 'History' }).waitFor();
    // In a field they are letters.
    await page.getByRole('searchbox').pressSequentially('1c?');
    expect(await page.getByRole('searchbox').inputValue()).toBe('1c?');
    await page.getByRole('searchbox').blur();
    await page.keyboard.press('3');
    await page.getByRole('heading', { name: 'Debug' }).waitFor();
    await page.keyboard.press('1');
    await startButton(page).waitFor();
    await page.keyboard.press('/');
    expect(
      await page
        .getByRole('searchbox', { name: 'Search in the transcript' })
        .evaluate((field) => field.matches(':focus')),
    ).toBe(true);
    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await help.getByLabel('Use single keys as shortcuts').uncheck();
    await page.keyboard.press('Escape');
    await page.keyboard.press('2');
    await page.keyboard.press('Space');
    expect(page.url()).not.toContain('history');
    expect(await status(page).innerText()).toBe('Ready');
  });

  it('opens and closes what is folded, and keeps the focus where it was', async () => {
    const page = await stage.open();
    await listen(stage, page);
    const focus = (name: string) => button(page, name).evaluate((one) => one === document.activeElement);
    await button(page, 'Display').focus();
    await page.keyboard.press('Enter');
    await button(page, 'Larger').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Escape');
    expect(await button(page, 'Larger').count()).toBe(0);
    expect(await focus('Display')).toBe(true);
    await button(page, 'Settings').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Settings' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog', { name: 'Settings' }).waitFor({ state: 'detached' });
    expect(await focus('Settings')).toBe(true);
  });
});
