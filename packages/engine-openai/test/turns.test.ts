import { streamMs } from '@live-transcribe/audio';
import type { EngineEvent } from '@live-transcribe/core';
import { describe, expect, it } from 'vitest';
import { dialectNamed } from '../src/dialects.ts';
import { serviceOf } from '../src/service.ts';
import { type TurnEvent, Turns } from '../src/turns.ts';

type Step =
  | TurnEvent
  /** So many ms have been given in all. */
  | { readonly type: 'heard'; readonly ms: number }
  | { readonly type: 'commit'; readonly eventId: string }
  | { readonly type: 'refused'; readonly eventId: string | undefined; readonly empty: boolean }
  | { readonly type: 'clear' };

const heard = (ms: number): Step => ({ type: 'heard', ms });
const commit = (eventId: string): Step => ({ type: 'commit', eventId });
const clear: Step = { type: 'clear' };
const cleared: Step = { type: 'input_audio_buffer.cleared' };
const started = (item_id: string, audio_start_ms: number): Step => ({
  type: 'input_audio_buffer.speech_started',
  item_id,
  audio_start_ms,
});
const stopped = (item_id: string, audio_end_ms: number): Step => ({
  type: 'input_audio_buffer.speech_stopped',
  item_id,
  audio_end_ms,
});
const committed = (item_id: string, previous_item_id?: string | null): Step => ({
  type: 'input_audio_buffer.committed',
  item_id,
  previous_item_id,
});
const delta = (item_id: string, text: string): Step => ({
  type: 'conversation.item.input_audio_transcription.delta',
  item_id,
  delta: text,
});
const completed = (item_id: string, transcript: string): Step => ({
  type: 'conversation.item.input_audio_transcription.completed',
  item_id,
  transcript,
});
const failed = (item_id: string): Step => ({
  type: 'conversation.item.input_audio_transcription.failed',
  item_id,
  error: { message: 'No.' },
});
/** One whole utterance by the service's own turn detection, up to its commit. */
const spoken = (id: string, start: number, end: number, previous: string | null): Step[] => [
  heard(end),
  started(id, start),
  stopped(id, end),
  committed(id, previous),
];

const cases: Readonly<Record<string, { readonly steps: Step[]; readonly told: string[]; readonly owes?: true }>> = {
  'a partial is the whole text, and the final what the service says at last': {
    steps: [
      ...spoken('a', 200, 1_500, null),
      delta('a', 'Good'),
      delta('a', ' mourning'),
      completed('a', 'Good morning'),
    ],
    told: ['200-1500 Good…', '200-1500 Good mourning…', '200-1500 Good morning', 'settled 1500'],
  },
  'an empty text is an utterance all the same': {
    steps: [...spoken('a', 0, 900, null), completed('a', '')],
    told: ['0-900 ', 'settled 900'],
  },
  'items that complete out of order wait for their turn, their partials too': {
    steps: [
      ...spoken('a', 0, 1_000, null),
      ...spoken('b', 1_000, 2_000, 'a'),
      ...spoken('c', 2_000, 3_000, 'b'),
      delta('c', 'third'),
      completed('c', 'third'),
      delta('b', 'sec'),
      delta('a', 'first'),
      completed('a', 'first'),
      completed('b', 'second'),
    ],
    told: [
      '0-1000 first…',
      '0-1000 first',
      'settled 1000',
      '1000-2000 sec…',
      '1000-2000 second',
      'settled 2000',
      '2000-3000 third',
      'settled 3000',
    ],
  },
  'a failed item lets the next ones pass': {
    steps: [...spoken('a', 0, 1_000, null), ...spoken('b', 1_000, 2_000, 'a'), completed('b', 'second'), failed('a')],
    told: ['0-1000 failed', 'settled 1000', '1000-2000 second', 'settled 2000'],
  },
  'the chain orders what is committed out of order': {
    steps: [
      heard(2_000),
      started('a', 0),
      stopped('a', 1_000),
      started('b', 1_000),
      stopped('b', 2_000),
      committed('b', 'a'),
      completed('b', 'second'),
      committed('a', null),
      completed('a', 'first'),
    ],
    told: ['0-1000 first', 'settled 1000', '1000-2000 second', 'settled 2000'],
  },
  'without a chain the order of commits counts': {
    steps: [
      heard(2_000),
      started('a', 0),
      stopped('a', 1_000),
      committed('a'),
      started('b', 1_000),
      stopped('b', 2_000),
      committed('b'),
      completed('b', 'second'),
      completed('a', 'first'),
    ],
    told: ['0-1000 first', 'settled 1000', '1000-2000 second', 'settled 2000'],
  },
  'a predecessor that never was holds nobody up': {
    steps: [...spoken('b', 0, 1_000, 'never-seen'), completed('b', 'text')],
    told: ['0-1000 text', 'settled 1000'],
  },
  'a completion without a commit is one': {
    steps: [heard(1_000), commit('1'), completed('a', 'text')],
    told: ['0-1000 text', 'settled 1000'],
  },
  'an utterance cut by our commit ends where we committed': {
    steps: [heard(1_500), started('a', 200), commit('1'), heard(2_000), committed('a', null), completed('a', 'text')],
    told: ['200-1500 text', 'settled 1500'],
  },
  'an utterance cut by our commit may come back under another name': {
    steps: [heard(1_500), started('a', 200), commit('1'), committed('b', null), completed('b', 'text')],
    told: ['200-1500 text', 'settled 1500'],
  },
  'our commit does not end the utterance that the service ended itself': {
    steps: [
      heard(1_500),
      started('a', 200),
      commit('1'),
      stopped('a', 1_200),
      committed('a', null),
      completed('a', 'text'),
      committed('b', 'a'),
      completed('b', ''),
    ],
    told: ['200-1200 text', 'settled 1200', '1200-1500 ', 'settled 1500'],
  },
  'without turn detection an utterance begins where the last one ended': {
    steps: [
      heard(1_000),
      commit('1'),
      committed('a', null),
      completed('a', 'one'),
      heard(2_500),
      commit('2'),
      committed('b', 'a'),
      completed('b', 'two'),
    ],
    told: ['0-1000 one', 'settled 1000', '1000-2500 two', 'settled 2500'],
  },
  'a model that streams is heard before anything is committed': {
    steps: [
      heard(400),
      delta('a', 'Good'),
      heard(800),
      delta('a', ' day'),
      heard(1_000),
      commit('1'),
      committed('a', null),
      completed('a', 'Good day'),
    ],
    told: ['0-400 Good…', '0-800 Good day…', '0-1000 Good day', 'settled 1000'],
  },
  'the next utterance of a model that streams waits for the final of the last one': {
    steps: [
      ...spoken('a', 0, 1_000, null),
      heard(1_800),
      started('b', 1_100),
      delta('b', 'second'),
      completed('a', 'first'),
    ],
    told: ['0-1000 first', 'settled 1000', '1100-1800 second…'],
  },
  'padding before an utterance does not reach into the last one, and nothing ends after what was given': {
    steps: [
      ...spoken('a', 0, 1_000, null),
      completed('a', 'first'),
      heard(1_900),
      started('b', 700),
      stopped('b', 2_000),
      committed('b', 'a'),
      completed('b', 'second'),
    ],
    told: ['0-1000 first', 'settled 1000', '1000-1900 second', 'settled 1900'],
  },
  'what was begun before a clear is never told, whenever it comes': {
    steps: [
      ...spoken('a', 0, 1_000, null),
      clear,
      delta('a', 'cle'),
      heard(2_000),
      started('b', 1_000),
      stopped('b', 1_400),
      committed('b', 'a'),
      cleared,
      completed('a', 'cleared'),
      completed('b', 'cleared'),
    ],
    told: [],
  },
  'what is said after a clear is told from there on, under whatever name': {
    steps: [
      heard(1_000),
      started('a', 200),
      clear,
      delta('a', 'cleared'),
      cleared,
      heard(2_000),
      stopped('a', 2_000),
      committed('a', null),
      completed('a', 'kept'),
    ],
    told: ['1000-2000 kept', 'settled 2000'],
  },
  'two clears are answered twice': {
    steps: [heard(1_000), clear, clear, cleared, committed('a', null), cleared, completed('a', 'cleared')],
    told: [],
  },
  'a commit before a clear is forgotten with it': {
    steps: [
      heard(1_000),
      commit('1'),
      clear,
      committed('a', null),
      cleared,
      heard(3_000),
      commit('2'),
      committed('b', 'a'),
      completed('b', 'kept'),
      completed('a', 'cleared'),
    ],
    told: ['1000-3000 kept', 'settled 3000'],
  },
  'a commit that found nothing is as good as answered': {
    steps: [
      ...spoken('a', 0, 1_000, null),
      commit('1'),
      completed('a', 'text'),
      { type: 'refused', eventId: '1', empty: true },
    ],
    told: ['0-1000 text', 'settled 1000'],
  },
  'a commit that was refused leaves a failed utterance in its place': {
    steps: [
      ...spoken('a', 0, 1_000, null),
      heard(1_500),
      commit('1'),
      { type: 'refused', eventId: '1', empty: false },
      completed('a', 'text'),
    ],
    told: ['0-1000 text', 'settled 1000', '1000-1500 failed', 'settled 1500'],
  },
  'what comes late or twice changes nothing': {
    steps: [
      ...spoken('a', 0, 1_000, null),
      completed('a', 'text'),
      delta('a', 'again'),
      completed('a', 'again'),
      committed('a', null),
      cleared,
      { type: 'refused', eventId: 'never', empty: true },
    ],
    told: ['0-1000 text', 'settled 1000'],
  },
  'a text is owed until it comes': { steps: spoken('a', 0, 1_000, null), told: [], owes: true },
  'the answer to a commit is owed until it comes': { steps: [heard(500), commit('1')], told: [], owes: true },
  'the answer to a clear is owed until it comes': { steps: [clear], told: [], owes: true },
};

describe('turns', () => {
  it.each(Object.entries(cases))('%s', (_name, { steps, told, owes = false }) => {
    const { events, turns } = play(steps);
    expect(events.map(written)).toEqual(told);
    expect(turns.areOver).toBe(!owes);
  });

  it('gives up the oldest of too many items, so that nothing grows without end', () => {
    const many = Array.from({ length: 300 }, (_, index) => spoken(`i${index}`, index * 100, index * 100 + 100, null));
    const { events } = play(many.flat());
    const failures = events.filter(({ kind }) => kind === 'failed');
    expect(failures).toHaveLength(300 - 256);
    expect(failures[0]).toMatchObject({ start: 0, end: 100, error: { code: 'utterance_failed' } });
  });

  it('does not hear what comes after all of the many that were given up, or cleared', () => {
    const ids = Array.from({ length: 300 }, (_, index) => `i${index}`);
    const many = ids.flatMap((id, index) => spoken(id, index * 100, index * 100 + 100, null));
    const late = ids.map((id) => completed(id, 'late'));
    const answered = ({ kind }: EngineEvent) => kind === 'utterance';
    expect(play([...many, ...late]).events.filter(answered)).toHaveLength(256);
    const afterClear = play([...many, clear, cleared, ...late]);
    expect(afterClear.events.filter(answered)).toEqual([]);
    expect(afterClear.turns.areOver).toBe(true);
  });

  it('forgets the oldest of too many utterances that only begin', () => {
    const many = Array.from({ length: 300 }, (_, index) => [heard(index), started(`i${index}`, index)]);
    const { events, turns } = play([...many.flat(), ...spoken('x', 300, 400, null), completed('x', 'text')]);
    expect(events.map(written)).toEqual(['300-400 text', 'settled 400']);
    expect(turns.areOver).toBe(true);
  });

  it('bounds the text of an utterance that never ends', () => {
    const long = Array.from({ length: 300 }, () => delta('a', 'x'.repeat(1_000)));
    const { events } = play([heard(1_000), ...long]);
    const last = events.at(-1);
    expect(last?.kind === 'hypothesis' && last.text.length).toBe(100_000);
  });
});

function play(steps: readonly Step[]): { events: EngineEvent[]; turns: Turns } {
  const turns = new Turns(serviceOf(dialectNamed('openai')));
  const events: EngineEvent[] = [];
  let end = streamMs(0);
  for (const step of steps) {
    if (step.type === 'heard') end = streamMs(step.ms);
    else if (step.type === 'commit') turns.commit(step.eventId, end);
    else if (step.type === 'clear') turns.clear(end);
    else if (step.type === 'refused') {
      events.push(...(turns.refuse(step.eventId, step.empty ? undefined : { message: 'No.' }, end) ?? []));
    } else events.push(...turns.apply(step, end));
  }
  return { events, turns };
}

function written(event: EngineEvent): string {
  switch (event.kind) {
    case 'hypothesis':
      return `${event.start}-${event.end} ${event.text}…`;
    case 'utterance':
      return `${event.start}-${event.end} ${event.text}`;
    case 'failed':
      return `${event.start}-${event.end} failed`;
    case 'rotate':
      return `rotate ${event.reason}`;
    case 'settled':
      return `settled ${event.through}`;
    default:
      return event satisfies never;
  }
}
