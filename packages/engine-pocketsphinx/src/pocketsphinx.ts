import { join } from 'node:path';
import koffi from 'koffi';
import { CepstralMean } from './cepstral-mean.ts';
import type { PocketSphinxFiles } from './find-pocketsphinx.ts';

export interface DecodedWord {
  readonly text: string;
  /** Frames of 10 ms since the decoder's first sample. */
  readonly first: number;
  readonly last: number;
}

/** A decoder of the C library: mono, 16 kHz. It lives as long as its process and is never freed. */
export interface PocketSphinx {
  begin(): void;
  process(samples: Int16Array): void;
  inSpeech(): boolean;
  text(): string;
  end(): void;
  /** Unlearns what the utterance that was ended last has taught; before the next `begin`. */
  forget(): void;
  /** Of the utterance that was ended last; silence and noises left out. */
  words(): DecodedWord[];
}

/** Second pass off: it costs 760 ms in one piece at the end of an utterance and gains nothing worth it. */
const options = ['-fwdflat', 'no', '-logfn', '/dev/null'];

/** Fillers such as `<s>`, `<sil>` and `[NOISE]`. */
const filler = /^[<[+]/;

/** Throws where the library or the model cannot be loaded. */
export function openPocketSphinx({ library, modelFolder }: PocketSphinxFiles): PocketSphinx {
  const lib = koffi.load(library);
  const parse = lib.func('void *cmd_ln_parse_r(void *, const void *, int, const char **, int)');
  const definitions = lib.func('const void *ps_args()');
  const init = lib.func('void *ps_init(void *)');
  const features = lib.func('void *ps_get_feat(void *)');
  const startStream = lib.func('int ps_start_stream(void *)');
  const startUtterance = lib.func('int ps_start_utt(void *)');
  const processRaw = lib.func('int ps_process_raw(void *, const int16_t *, size_t, int, int)');
  const endUtterance = lib.func('int ps_end_utt(void *)');
  const hypothesis = lib.func('const char *ps_get_hyp(void *, void *)');
  const speaking = lib.func('uint8_t ps_get_in_speech(void *)');
  const firstSegment = lib.func('void *ps_seg_iter(void *, void *)');
  const nextSegment = lib.func('void *ps_seg_next(void *)');
  const segmentWord = lib.func('const char *ps_seg_word(void *)');
  const segmentFrames = lib.func('void ps_seg_frames(void *, _Out_ int *, _Out_ int *)');

  const model = ['-hmm', join(modelFolder, 'en-us'), '-lm', join(modelFolder, 'en-us.lm.bin')];
  const args = ['pocketsphinx', ...model, '-dict', join(modelFolder, 'cmudict-en-us.dict'), ...options];
  const decoder: unknown = init(parse(null, definitions(), args.length, args, 1));
  if (decoder === null) throw new Error(`PocketSphinx could not load its model in ${modelFolder}.`);
  startStream(decoder);
  const mean = new CepstralMean(features(decoder));

  return {
    begin: () => {
      mean.save();
      startUtterance(decoder);
    },
    process: (samples) => void processRaw(decoder, samples, samples.length, 0, 0),
    inSpeech: () => speaking(decoder) !== 0,
    text: () => hypothesis(decoder, null) ?? '',
    end: () => void endUtterance(decoder),
    forget: () => mean.restore(),
    words: () => {
      const words: DecodedWord[] = [];
      for (let segment = firstSegment(decoder, null); segment !== null; segment = nextSegment(segment)) {
        const first = [0];
        const last = [0];
        segmentFrames(segment, first, last);
        const text: string = segmentWord(segment);
        // A dictionary's second pronunciation is written `read(2)`.
        if (!filler.test(text))
          words.push({ text: text.replace(/\(\d+\)$/, ''), first: first[0] ?? 0, last: last[0] ?? 0 });
      }
      return words;
    },
  };
}
