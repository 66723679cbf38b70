import type { RecognitionOptions } from './options.ts';
import type { AudioSource } from './sources/source.ts';

const recognition = [
  'language',
  'languages',
  'model',
  'prompt',
  'keywords',
  'words',
  'turnDetection',
  'noiseReduction',
  'delay',
  'keepAudio',
] as const satisfies readonly (keyof RecognitionOptions)[];

/** The first message of a session: the options under the names that the wire has for them. */
export function startMessage(options: RecognitionOptions, source: AudioSource): object {
  const asked = Object.fromEntries(recognition.map((name) => [name, options[name]]));
  return { action: 'start', ...onTheWire(asked), ...audio(source), resumable: true };
}

export interface Resume {
  readonly session_id: string;
  /** Seconds. */
  readonly from: number;
  /** The number of the last event seen. */
  readonly after: number;
}

/** The first message to a server that may know the session. */
export const resumeMessage = (resume: Resume, { words }: RecognitionOptions, source: AudioSource): object => ({
  action: 'start',
  resume,
  words,
  ...audio(source),
});

const audio = ({ encoding, sampleRate: sample_rate, channels }: AudioSource) =>
  encoding === 'auto' || encoding === 'opus' ? { encoding } : { encoding, sample_rate, channels };

/** `silenceDurationMs` as `silence_duration_ms`, and so on. What is `undefined` does not reach the JSON. */
const onTheWire = (members: object): object =>
  Object.fromEntries(
    Object.entries(members).map(([name, value]: [string, unknown]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      typeof value === 'object' && value !== null && !Array.isArray(value) ? onTheWire(value) : value,
    ]),
  );
