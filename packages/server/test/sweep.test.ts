import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { timelineMs } from '@live-transcribe/audio';
import type { LoggedEvent, LoggedFact, Seq } from '@live-transcribe/core';
import { openSqliteStore } from '@live-transcribe/store-sql';
import { ManualClock, rulerAudio } from '@live-transcribe/testkit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startTestGateway, type TestGatewayOptions, testRate } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

const dayMs = 86_400_000;
const hourMs = 3_600_000;

let folder = '';
const running = new Set<{ close(): Promise<void> }>();
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'live-transcribe-sweep-'));
});
afterEach(async () => {
  for (const gateway of running) await gateway.close();
  running.clear();
  rmSync(folder, { recursive: true });
});

const id = (index: number) => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;

/** Sessions as an earlier server has left them, so many days ago; live ones have no end. */
async function keep(sessions: readonly { readonly daysAgo: number; readonly live?: true }[]): Promise<void> {
  for (const [index, { daysAgo, live }] of sessions.entries()) {
    const at = Date.now() - daysAgo * dayMs;
    const store = await openSqliteStore({ file: join(folder, 'transcripts.sqlite'), now: () => at });
    const recognition = { language: 'en', model: 'm', prompt: undefined, words: false };
    const claim = await store.create({ id: id(index), startedAt: at, recognition, resumable: true });
    const span = { start: timelineMs(0), end: timelineMs(500) };
    const facts: LoggedFact[] = [
      { kind: 'opened', session: id(index), engine: 'ruler', model: 'm', language: 'en' },
      { kind: 'final', segment: 0, ...span, text: '0-7999', vendorEvent: 'x' },
    ];
    if (!live) facts.push({ kind: 'closed', duration: timelineMs(500), segments: 1 });
    const events = facts.map((fact, place): LoggedEvent => ({ ...fact, seq: (place + 1) as Seq }));
    await store.append(claim, events);
    await store.close();
  }
}

async function endedAt(port: number): Promise<unknown> {
  const response = await fetch(`http://127.0.0.1:${port}/v1/sessions/${id(0)}`);
  const body: { ended_at: unknown } = await response.json();
  return body.ended_at;
}

async function start(options: TestGatewayOptions = {}) {
  const gateway = await startTestGateway({ ...options, environment: { DATA_DIR: folder, ...options.environment } });
  running.add(gateway);
  const list = async (query = ''): Promise<unknown[]> => {
    const response = await fetch(`http://127.0.0.1:${gateway.port}/v1/sessions?${query}`);
    const body: { sessions: { id: string }[] } = await response.json();
    return body.sessions.map((session) => session.id);
  };
  return { ...gateway, list };
}

describe('RETENTION_DAYS', () => {
  it('deletes what ended longer ago, at the start and every hour, and nothing else', async () => {
    await keep([{ daysAgo: 31 }, { daysAgo: 29 }, { daysAgo: 31, live: true }, { daysAgo: 0 }]);
    const { list } = await start({ environment: { RETENTION_DAYS: '30' } });
    await expect.poll(async () => (await list()).length).toBe(3);
    expect(await list()).not.toContain(id(0));
  });

  it('deletes the audio with it, and what another server has deleted', async () => {
    await keep([{ daysAgo: 31 }, { daysAgo: 29 }]);
    const audio = join(folder, 'audio');
    mkdirSync(audio);
    for (const index of [0, 1, 2]) {
      const file = join(audio, `${id(index)}.flac`);
      writeFileSync(file, 'audio');
      utimesSync(file, 0, 0);
    }
    await start({ environment: { RETENTION_DAYS: '30' } });
    await expect.poll(() => readdirSync(audio)).toEqual([`${id(1)}.flac`]);
  });

  it('when it is not set, nothing is deleted', async () => {
    const clock = new ManualClock();
    await keep([{ daysAgo: 10_000 }]);
    const { list } = await start({ clock });
    await clock.untilWaiting((ms) => ms === hourMs);
    expect(await list()).toEqual([id(0)]);
  });
});

describe('a session that a server has left behind', () => {
  it('is closed when nothing has happened in it for a day, and can be gone on with', async () => {
    const clock = new ManualClock();
    await keep([{ daysAgo: 1, live: true }]);
    const { list, port } = await start({ clock });
    for (let hours = 0; hours < 24; hours += 1) {
      await clock.untilWaiting((ms) => ms === hourMs);
      expect([await list('live=true'), await endedAt(port)], `after ${hours} hours`).toEqual([[], null]);
      clock.advance(hourMs);
    }
    await expect.poll(() => endedAt(port)).not.toBeNull();
    expect(await list('live=false')).toEqual([id(0)]);
    const back = await WireClient.open(port, '/v1/transcriptions');
    const resume = { session_id: id(0), from: 0, after: 2 };
    back.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate, resume });
    back.send(pcm16(rulerAudio(0, 12_000)));
    back.send({ action: 'stop' });
    expect((await back.closed).code).toBe(1000);
    expect(back.all('final')).toEqual(['8000-11999']);
  });

  it('is left alone while it lives here', async () => {
    const clock = new ManualClock();
    const { list, port } = await start({ clock, environment: { MAX_SESSION_MINUTES: '10000' } });
    const client = await WireClient.open(port, '/v1/transcriptions');
    client.send({ action: 'start', encoding: 'pcm16', sample_rate: testRate });
    const { session_id } = await client.next('session_id');
    for (let hours = 0; hours < 30; hours += 1) {
      await clock.untilWaiting((ms) => ms === hourMs);
      clock.advance(hourMs);
    }
    await clock.untilWaiting((ms) => ms === hourMs);
    expect(await list('live=true')).toEqual([session_id]);
    client.send(pcm16(rulerAudio(0, 1_600)));
    client.send({ action: 'stop' });
    expect((await client.closed).code).toBe(1000);
  });
});
