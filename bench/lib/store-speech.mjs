/** Sessions as the store sees them: words with the frequencies of speech, in finals of a dozen words with their times. */
import { seeded } from '@live-transcribe/testkit';

const vocabulary = 20_000;
const wordsPerFinal = 12;
const random = seeded(1);

const letters = 'etaoinsrhldcumfpgwybvkxjqz';

/** Word number `rank`, 0 the most frequent one; each number gives another word. */
export function wordAt(rank) {
  let word = '';
  for (let rest = rank + 1; rest > 0; rest = Math.floor(rest / 26)) word += letters[rest % 26];
  return `${word}${letters[(rank * 7) % 26]}${letters[(rank * 11) % 26]}`;
}

/** Zipf's law: the most frequent word is every tenth. */
const wordOfSpeech = () => wordAt(Math.floor(vocabulary ** random()) - 1);

export const recognition = { language: 'en', model: 'bench', prompt: undefined, words: true };

export const newSession = (id, startedAt, language = 'en') => ({
  id,
  startedAt,
  recognition: { ...recognition, language },
  resumable: true,
});

export const opened = (session, language = 'en') => ({
  seq: 1,
  kind: 'opened',
  session,
  engine: 'bench',
  model: 'bench',
  language,
});

export function final(seq, texts = Array.from({ length: wordsPerFinal }, wordOfSpeech)) {
  const start = seq * 4_000;
  const words = texts.map((text, index) => ({ text, start: start + index * 300, end: start + index * 300 + 280 }));
  return {
    seq,
    kind: 'final',
    segment: seq - 2,
    start,
    end: start + 3_600,
    text: texts.join(' '),
    words,
    vendorEvent: 'conversation.item.input_audio_transcription.completed',
  };
}

export const closed = (seq) => ({ seq, kind: 'closed', duration: seq * 4_000, segments: seq - 2 });
