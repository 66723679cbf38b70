import { type AudioSource, file, microphone, tabAudio } from '@live-transcribe/client';
import { PageError } from '../problems.ts';

export type SourceChoice =
  | {
      readonly kind: 'microphone';
      /** The system's choice where it is left out. */
      readonly deviceId?: string;
      readonly echoCancellation: boolean;
      readonly noiseSuppression: boolean;
      readonly autoGainControl: boolean;
    }
  | { readonly kind: 'tab' }
  | { readonly kind: 'file'; readonly file: File };

export interface OpenOptions {
  readonly workletUrl: string;
  readonly signal: AbortSignal;
}

/** Systems know the type of few of these; the rest is told by its name. */
const readable = /\.(aac|caf|flac|m4a|m4b|mka|mkv|mov|mp3|mp4|oga|ogg|opus|wav|weba|webm)$/i;

/** Asks the person and the browser for what they must allow. Throws `TranscriptionError` and `PageError`. */
export async function openSource(choice: SourceChoice, options: OpenOptions): Promise<AudioSource> {
  switch (choice.kind) {
    case 'microphone': {
      const { kind: _kind, ...settings } = choice;
      return await microphone({ ...settings, ...options });
    }
    case 'tab':
      return await tabAudio(options);
    case 'file':
      checkFile(choice.file);
      return file(choice.file, { label: choice.file.name });
    default:
      return choice satisfies never;
  }
}

/** Other bytes would be taken for samples and transcribed as noise. */
function checkFile({ name, size, type }: File): void {
  if (!/^(audio|video)\//.test(type) && !readable.test(name)) throw new PageError('file_unsupported');
  if (size === 0) throw new PageError('file_empty');
}
