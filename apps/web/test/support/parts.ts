import type { Page } from 'playwright-core';

/*
 * What tests hold on to, here and end to end:
 *   button "Start" / "Stop", "Pause" / "Resume"     status: Ready, Waiting for the microphone, Connecting, Listening, …
 *   list "Transcript" › listitem        its data-state is "partial", "final", "failed", "note" or "session"; what was said
 *                                       is its paragraph .said
 *   alert                               what went wrong, and what to do
 *   combobox "Language"                 meter "Level"
 *   button "Search", "Copy", "Download", "Share", "New"      button "Newest words", while the end is out of view
 *   log "Newest words"                  finals once more, for screen readers
 *   navigation "Pages" › link "Live", "History", "Debug"
 */
export const startButton = (page: Page) => page.getByRole('button', { name: 'Start', exact: true });
export const stopButton = (page: Page) => page.getByRole('button', { name: 'Stop', exact: true });
export const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
export const status = (page: Page) => page.getByRole('status');
export const rows = (page: Page) => page.getByRole('list', { name: 'Transcript' }).getByRole('listitem');
export const said = (page: Page) => rows(page).locator('.said');
export const alert = (page: Page, text: string) => page.getByRole('alert').getByText(text);
export const link = (page: Page, name: string) => page.getByRole('link', { name, exact: true });

/** Runs in the page before its own scripts: remembers what the page took hold of, so that a test can see it let go. */
export function withRecords(): void {
  const tracks: MediaStreamTrack[] = [];
  const asked: unknown[] = [];
  const contexts: AudioContext[] = [];
  const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    asked.push(constraints);
    const stream = await ask(constraints);
    tracks.push(...stream.getTracks());
    return stream;
  };
  const Native = AudioContext;
  window.AudioContext = class extends Native {
    constructor(options?: AudioContextOptions) {
      super(options);
      contexts.push(this);
    }
  };
  const awake: string[] = [];
  Object.defineProperty(navigator, 'wakeLock', {
    value: {
      request: (type: string) => {
        awake.push(type);
        return Promise.resolve({ release: () => Promise.resolve(awake.pop()) });
      },
    },
  });
  const held = () => [...tracks.map(({ readyState }) => readyState), ...contexts.map(({ state }) => state)];
  Object.assign(window, { held, tracks, asked, awake });
}

export const held = (page: Page) => page.evaluate<string[]>('held()');
export const released = (page: Page) =>
  page.waitForFunction('tracks.length > 0 && tracks.every((t) => t.readyState === "ended")');
