import type { RecognitionOptions } from '@live-transcribe/client';
import type { Preferences } from '../preferences.ts';
import type { SourceChoice } from './open-source.ts';

export interface StartRequest {
  readonly source: SourceChoice;
  readonly recognition: RecognitionOptions;
}

/** What a person's choices ask for; `file` where one was dropped or chosen. */
export function startRequest(chosen: Preferences, language: string, file: File | undefined): StartRequest {
  const { model, prompt, words } = chosen;
  return {
    source: file === undefined ? liveSource(chosen) : { kind: 'file', file },
    recognition: {
      language,
      words,
      ...(model.trim() !== '' && { model: model.trim() }),
      ...(prompt.trim() !== '' && { prompt: prompt.trim() }),
    },
  };
}

function liveSource(chosen: Preferences): SourceChoice {
  if (chosen.source === 'tab') return { kind: 'tab' };
  const { device, echoCancellation, noiseSuppression, autoGainControl } = chosen;
  const processing = { echoCancellation, noiseSuppression, autoGainControl };
  return { kind: 'microphone', ...processing, ...(device !== '' && { deviceId: device }) };
}
