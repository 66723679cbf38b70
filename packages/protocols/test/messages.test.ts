import { readFileSync } from 'node:fs';
import { timelineMs } from '@live-transcribe/audio';
import type { LoggedEvent, Seq, SessionEvent } from '@live-transcribe/core';
import { describe, expect, it } from 'vitest';
import {
  plainMessages,
  plainProtocol,
  transcriptionsMessages,
  transcriptionsProtocol,
  watcherMessages,
} from '../src/index.ts';

const seq = 3 as Seq;
const span = { start: timelineMs(320), end: timelineMs(1_500) };
const words = [{ text: 'hello', start: timelineMs(400), end: timelineMs(900), confidence: 0.5 }];
const fault = { code: 'engine_lost', message: 'Gone.' } as const;
const usage = { audioSeconds: 1, inputTokens: 2, outputTokens: 3, cost: 0.1 };

/** One of each, with all that may be in it. */
const events: Record<SessionEvent['kind'], SessionEvent> = {
  opened: { kind: 'opened', seq, session: 'id', engine: 'e', model: 'm', language: 'sv' },
  resumed: { kind: 'resumed', seq, at: timelineMs(1), engine: 'e', model: 'm', language: 'sv' },
  partial: { kind: 'partial', segment: 2, ...span, text: 'hel', vendorEvent: 'x' },
  covered: { kind: 'covered', through: timelineMs(40) },
  final: {
    ...{ kind: 'final', seq, segment: 2, ...span, text: 'hello', words, confidence: 0.5, speaker: 'A', usage },
    vendorEvent: 'x',
  },
  words: { kind: 'words', seq, segment: 2, words },
  segment_failed: { kind: 'segment_failed', seq, segment: 2, ...span, error: fault },
  gap: { kind: 'gap', seq, ...span, reason: fault },
  engine_changed: { kind: 'engine_changed', seq, at: timelineMs(1), planned: false, reason: fault },
  closed: { kind: 'closed', seq, duration: timelineMs(1_500), segments: 3, stopped: true, usage },
};
const failed: LoggedEvent = { kind: 'closed', seq, duration: timelineMs(1), segments: 0, error: fault };
const all = [...Object.values(events), failed];

const starts = [
  { action: 'start', words: true, resumable: true },
  { action: 'start', words: true, partials: 'delta' },
  { action: 'start', resume: { session_id: 'id', from: 1, after: 1 }, words: true },
];

describe('the described messages', () => {
  it.each(starts)('are what a client of /v1/transcriptions reads: %j', (start) => {
    const options = { model: 'm', resumeSeconds: 60, heartbeatSeconds: 10 };
    const codec = transcriptionsProtocol(options).codec(new URLSearchParams());
    codec.decode({ kind: 'text', text: JSON.stringify(start) });
    const resumption = { session: 'id', engine: 'e', model: 'm', language: undefined, received: timelineMs(1) };
    const written = [
      ...all.map((event) => codec.encode(event)),
      codec.encodeFault(fault),
      codec.encodeNotice({ code: 'damaged', message: 'Odd.' }, timelineMs(1)),
      codec.encodeAcknowledgement({ through: timelineMs(40), seq: 1 }),
      'resume' in start ? codec.encodeResumption(resumption) : undefined,
    ];
    expectDescribed(written, transcriptionsMessages);
  });

  it('are what a watcher reads, with numbers', () => {
    const write = watcherMessages();
    const written = all.map((event) => write(event));
    expectDescribed(written, transcriptionsMessages);
    expect(written.filter((text) => text?.includes(`"seq":${seq}`))).toHaveLength(5);
  });

  it('are what a client of /ws reads', () => {
    const codec = plainProtocol({ language: 'sv', model: 'm', sampleRate: 16_000 }).codec(new URLSearchParams());
    const written = [
      ...all.map((event) => codec.encode(event)),
      codec.encodeFault(fault),
      codec.encodeNotice({ code: 'damaged', message: 'Odd.' }, timelineMs(1)),
    ];
    expectDescribed(written, plainMessages);
  });

  it.each(['transcriptions', 'resumption', 'plain'])('are those of the recorded conversation "%s"', (name) => {
    const { messages }: Conversation = JSON.parse(
      readFileSync(new URL(`fixtures/${name}.json`, import.meta.url), 'utf8'),
    );
    const described = name === 'plain' ? plainMessages : transcriptionsMessages;
    for (const { from, message } of messages) {
      const fitting = Object.entries(described[from]).filter(([, schema]) => schema.safeParse(message).success);
      expect(fitting.length, `${from}: ${JSON.stringify(message)}`).toBe(1);
    }
  });
});

interface Conversation {
  readonly messages: readonly { readonly from: 'client' | 'server'; readonly message: unknown }[];
}

function expectDescribed(written: readonly (string | undefined)[], { server }: typeof transcriptionsMessages): void {
  const messages = written.filter((text) => text !== undefined);
  expect(messages.length).toBeGreaterThan(4);
  for (const text of messages) {
    const fitting = Object.entries(server).filter(([, schema]) => schema.safeParse(JSON.parse(text)).success);
    expect(
      fitting.map(([name]) => name),
      text,
    ).toHaveLength(1);
  }
}
