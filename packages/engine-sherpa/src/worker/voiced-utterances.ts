import { msToSamples } from '@live-transcribe/audio';
import type { EngineEvent } from '@live-transcribe/core';
import type { ToldEvent } from '../messages.ts';
import { atWork } from './at-work.ts';
import { KeptAudio } from './kept-audio.ts';
import { sampleRate, type Tell, type Utterances } from './utterances.ts';
import type { Voices } from './voices.ts';

/** Utterances that say by which voice. Keeps the audio that is not settled yet: 20 s, and what a pause may last. */
export class VoicedUtterances implements Utterances {
  readonly #utterances: Utterances;
  readonly #voices: Pick<Voices, 'of'>;
  readonly #kept = new KeptAudio();

  constructor(open: (tell: Tell) => Utterances, voices: Pick<Voices, 'of'>, tell: (event: ToldEvent) => void) {
    this.#voices = voices;
    this.#utterances = open((event) => tell(this.#voiced(event)));
  }

  hear(samples: Int16Array): Promise<void> | undefined {
    this.#kept.append(samples);
    return this.#utterances.hear(samples);
  }

  commit(): Promise<void> | undefined {
    return this.#utterances.commit();
  }

  clear(): void {
    this.#utterances.clear();
  }

  finish(): Promise<void> | undefined {
    return this.#utterances.finish();
  }

  #voiced(event: EngineEvent): ToldEvent {
    if (event.kind === 'settled') this.#kept.forget(msToSamples(event.through, sampleRate));
    if (event.kind !== 'utterance' || event.text === '') return event;
    const from = msToSamples(event.start, sampleRate);
    const audio = this.#kept.between(from, msToSamples(event.end, sampleRate));
    const voice = atWork('speakers', () => this.#voices.of(audio));
    return voice ? { ...event, voice } : event;
  }
}
