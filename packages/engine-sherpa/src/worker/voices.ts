import { join } from 'node:path';
import { samplesToMs } from '@live-transcribe/audio';
import type { ModelPlace, Voice } from '../messages.ts';
import type { SherpaAddon, SpeakerEmbeddingExtractor } from './addon.ts';
import { sampleRate, toFloats } from './utterances.ts';

/** Less says nothing of a voice. 0.5 s. */
const least = sampleRate / 2;
/** More says little more, and all streams of the process wait for it. 4 s. */
const most = 4 * sampleRate;

/** What voices are like, by a model of speakers. */
export class Voices {
  readonly #extractor: SpeakerEmbeddingExtractor;

  /** Loads the model; throws where that can be told, and ends the process where the library does. */
  constructor({ SpeakerEmbeddingExtractor: Extractor }: SherpaAddon, { folder, description }: ModelPlace<'speakers'>) {
    const model = join(folder, description.files.model ?? '');
    this.#extractor = new Extractor({ model, numThreads: 1, provider: 'cpu', debug: 0 });
    // The shortest and the longest: whoever ends on them does so before there is a session.
    for (const length of [least, most]) this.#embed(new Int16Array(length));
  }

  /** The voice of `samples`, of their beginning where there are many; `undefined` where there are too few. */
  of(samples: Int16Array): Voice | undefined {
    if (samples.length < least) return undefined;
    try {
      const { buffer, byteOffset, byteLength } = this.#embed(samples.subarray(0, most));
      const embedding = Buffer.from(buffer, byteOffset, byteLength).toString('base64');
      return { embedding, ms: samplesToMs(samples.length, sampleRate) };
    } catch {
      // Words without a speaker are better than none.
      return undefined;
    }
  }

  #embed(samples: Int16Array): Float32Array {
    const stream = this.#extractor.createStream();
    stream.acceptWaveform({ samples: toFloats(samples), sampleRate });
    stream.inputFinished();
    if (!this.#extractor.isReady(stream)) throw new Error('The model of speakers takes no audio.');
    return this.#extractor.compute(stream, false);
  }
}
