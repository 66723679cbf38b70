import { type ReadonlySignal, signal } from '@preact/signals';

export type SourceKind = 'microphone' | 'tab' | 'file';
export type Theme = 'system' | 'light' | 'dark';

/** What a person has chosen, kept in the browser. */
export interface Preferences {
  /** The one of the page where it is empty. */
  readonly language: string;
  readonly source: SourceKind;
  /** As the browser names the device; the system's choice where it is empty. */
  readonly device: string;
  readonly echoCancellation: boolean;
  readonly noiseSuppression: boolean;
  readonly autoGainControl: boolean;
  /** The server's choice where it is empty. */
  readonly model: string;
  readonly prompt: string;
  readonly words: boolean;
  /** A step of `textSizes`. */
  readonly textSize: number;
  readonly highContrast: boolean;
  readonly theme: Theme;
  readonly shortcuts: boolean;
}

/** Times the usual size. */
export const textSizes = [0.85, 1, 1.2, 1.45, 1.75, 2.1] as const;
const usualSize = 1;

export const usual: Preferences = {
  language: '',
  source: 'microphone',
  device: '',
  echoCancellation: true,
  noiseSuppression: true,
  autoGainControl: true,
  model: '',
  prompt: '',
  words: false,
  textSize: usualSize,
  highContrast: false,
  theme: 'system',
  shortcuts: true,
};

export interface PreferenceStore {
  readonly current: ReadonlySignal<Preferences>;
  /** Whether the browser refused to keep them. */
  readonly refused: ReadonlySignal<boolean>;
  change(changes: Partial<Preferences>): void;
}

const key = 'live-transcribe';

/** `storage` throws where a browser has it full or switched off. */
export function preferenceStore(storage: () => Storage): PreferenceStore {
  const current = signal(readPreferences(read(storage)));
  const refused = signal(false);
  return {
    current,
    refused,
    change: (changes) => {
      current.value = { ...current.value, ...changes };
      try {
        storage().setItem(key, JSON.stringify(current.value));
        refused.value = false;
      } catch {
        refused.value = true;
      }
    },
  };
}

function read(storage: () => Storage): string | null {
  try {
    return storage().getItem(key);
  } catch {
    return null;
  }
}

/** What is not of the expected kind, as another version of the page may have left it, is as usual. */
export function readPreferences(kept: string | null): Preferences {
  const given = parse(kept);
  const textSize = Number(given['textSize'] ?? usualSize);
  return {
    language: text(given['language']),
    source: oneOf(given['source'], ['microphone', 'tab'], usual.source),
    device: text(given['device']),
    echoCancellation: given['echoCancellation'] !== false,
    noiseSuppression: given['noiseSuppression'] !== false,
    autoGainControl: given['autoGainControl'] !== false,
    model: text(given['model']),
    prompt: text(given['prompt']),
    words: given['words'] === true,
    textSize: textSizes[textSize] === undefined ? usualSize : textSize,
    highContrast: given['highContrast'] === true,
    theme: oneOf(given['theme'], ['system', 'light', 'dark'], usual.theme),
    shortcuts: given['shortcuts'] !== false,
  };
}

function parse(kept: string | null): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(kept ?? '{}');
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function oneOf<T extends string>(value: unknown, choices: readonly T[], otherwise: T): T {
  return choices.find((choice) => choice === value) ?? otherwise;
}
