import { streamMs } from '@live-transcribe/audio';
import { describe, expect, it } from 'vitest';
import type { ToldEvent } from '../src/messages.ts';
import type { Tell } from '../src/worker/utterances.ts';
import { VoicedUtterances } from '../src/worker/voiced-utterances.ts';

const second = 16_000;

/** Utterances that say what the test has them say. */
function heard() {
  const voices: Int16Array[] = [];
  const told: ToldEvent[] = [];
  let tell: Tell = () => undefined;
  const utterances = new VoicedUtterances(
    (given) => {
      tell = given;
      return { hear: () => undefined, commit: () => undefined, clear: () => undefined, finish: () => undefined };
    },
    {
      of: (samples) => {
        voices.push(samples.slice());
        return samples.length > 0 ? { embedding: 'AA==', ms: samples.length / 16 } : undefined;
      },
    },
    (event) => told.push(event),
  );
  const utterance = (start: number, end: number, text = 'word') =>
    tell({ kind: 'utterance', start: streamMs(start), end: streamMs(end), text, vendorEvent: 'final' });
  const settled = (through: number) => tell({ kind: 'settled', through: streamMs(through) });
  return { utterances, utterance, settled, voices, told };
}

/** Each sample says which second it is of. */
const seconds = (from: number, count: number) =>
  Int16Array.from({ length: count * second }, (_, at) => from + Math.floor(at / second));

describe('utterances with the voice of who spoke', () => {
  it('have that of their own audio, to the sample', () => {
    const { utterances, utterance, settled, voices, told } = heard();
    void utterances.hear(seconds(0, 3));
    utterance(1_000, 2_000);
    settled(2_500);
    void utterances.hear(seconds(3, 3));
    utterance(3_500, 5_000);
    expect(voices.map((samples) => [samples.length, ...new Set(samples)])).toEqual([
      [second, 1],
      [1.5 * second, 3, 4],
    ]);
    expect(told.map(({ kind, voice }) => [kind, voice?.ms])).toEqual([
      ['utterance', 1_000],
      ['settled', undefined],
      ['utterance', 1_500],
    ]);
  });

  it('keep no audio that is settled', () => {
    const { utterances, utterance, settled, voices } = heard();
    void utterances.hear(seconds(0, 4));
    settled(3_000);
    utterance(0, 4_000);
    expect(voices.map((samples) => [samples.length, ...new Set(samples)])).toEqual([[second, 3]]);
  });

  it('have none where nothing was said', () => {
    const { utterances, utterance, voices, told } = heard();
    void utterances.hear(seconds(0, 2));
    utterance(0, 2_000, '');
    expect([voices, told[0]?.voice]).toEqual([[], undefined]);
  });
});
