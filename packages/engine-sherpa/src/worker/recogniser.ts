import type { LoadRequest, OpenRequest, ToldEvent } from '../messages.ts';
import type { ModelDescription } from '../model.ts';
import { loadAddon, type SherpaAddon } from './addon.ts';
import { atWork } from './at-work.ts';
import { OfflineUtterances } from './offline-utterances.ts';
import { PartialBudget } from './partial-budget.ts';
import { Punctuator, punctuated } from './punctuator.ts';
import { recognizerConfig } from './recognizer-config.ts';
import { StreamingUtterances } from './streaming-utterances.ts';
import { sampleRate, type Tell, toFloats, type Utterances, type UtterancesOptions } from './utterances.ts';
import { VoicedUtterances } from './voiced-utterances.ts';
import { Voices } from './voices.ts';

/** A loaded model. */
export interface Recogniser {
  open(request: OpenRequest, tell: (event: ToldEvent) => void): Utterances;
  /** Decodes a second of faint noise: the first session finds the model warm, and its speed can be measured. */
  readonly rehearse: () => Promise<void>;
}

/** The library's streaming Paraformer decodes 60 frames at a time, and tells no times. */
const paraformerStepMs = 600;

type Open = (options: UtterancesOptions, tell: Tell) => Utterances;

/** Loads the model; throws where that can be told, and ends the process where the library does. */
export async function loadRecogniser(request: LoadRequest): Promise<Recogniser> {
  const { punctuation, speakers } = request;
  const { kind, tailMs, tokenDelayMs, languages } = request.description;
  const addon = loadAddon();
  const load = kind.startsWith('offline-') ? loadOffline : loadStreaming;
  const { open, rehearse } = await load(addon, recognizerConfig(request), tailMs);
  const punctuator = punctuation && atWork('punctuation', () => new Punctuator(addon, punctuation));
  const voices = speakers && atWork('speakers', () => new Voices(addon, speakers));
  // Only where there is a choice: what a model knows nothing of is not asked of it.
  const isMultilingual = languages === 'any' || languages.length > 1;
  const untimed = kind === 'paraformer' && { stepMs: paraformerStepMs };
  return {
    rehearse,
    open({ language, words, hotwords }, tell) {
      const asked = isMultilingual && language !== undefined && { language };
      const spelt = punctuator && knows(punctuator, language, languages);
      const openPlain = (heard: Tell) =>
        open(
          { words, tailMs, tokenDelayMs, ...asked, ...untimed, ...(hotwords && { hotwords }) },
          spelt ? punctuated(heard, punctuator) : heard,
        );
      return voices ? new VoicedUtterances(openPlain, voices, tell) : openPlain(tell);
    },
  };
}

/** Whether it is made for what will be heard: the language asked for, or else every one that the recogniser has. */
function knows(
  punctuator: Punctuator,
  language: string | undefined,
  languages: ModelDescription['languages'],
): boolean {
  if (language !== undefined) return punctuator.knows(language);
  return languages !== 'any' && languages.every((one) => punctuator.knows(one));
}

interface Loaded {
  readonly open: Open;
  readonly rehearse: () => Promise<void>;
}

const faintNoise = Int16Array.from({ length: sampleRate }, (_, index) => ((index * 7_919) % 17) - 8);

async function loadStreaming({ OnlineRecognizer }: SherpaAddon, config: object, tailMs: number): Promise<Loaded> {
  const recognizer = new OnlineRecognizer(config);
  const open: Open = (options, tell) => new StreamingUtterances(recognizer, options, tell);
  const stage = open({ words: false, tailMs, tokenDelayMs: 0 }, () => undefined);
  return {
    open,
    async rehearse() {
      const piece = sampleRate / 10;
      for (let at = 0; at < sampleRate; at += piece) await stage.hear(faintNoise.subarray(at, at + piece));
    },
  };
}

async function loadOffline({ OfflineRecognizer }: SherpaAddon, config: object): Promise<Loaded> {
  const recognizer = await OfflineRecognizer.createAsync(config);
  const budget = new PartialBudget(() => performance.now());
  return {
    open: (options, tell) => new OfflineUtterances(recognizer, options, budget, tell),
    async rehearse() {
      const stream = recognizer.createStream();
      stream.acceptWaveform({ samples: toFloats(faintNoise), sampleRate });
      await recognizer.decodeAsync(stream);
    },
  };
}
