import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { Deferred } from './deferred.ts';
import type { Faults } from './faults.ts';
import { type Script, type ScriptedText, type ScriptItem, scriptedText, wordsOf } from './script.ts';

type Completed = Extract<RealtimeServerEvent, { type: 'conversation.item.input_audio_transcription.completed' }>;

interface ItemTranscriberOptions {
  readonly connection: number;
  readonly script: Script | undefined;
  readonly faults: Faults;
  send(event: RealtimeServerEvent): void;
  eventId(): string;
}

/** What the settings in force ask of an item's text. */
export interface ItemSettings {
  readonly model: string | undefined;
  readonly logprobs: boolean;
}

/** Models that say words while they are being spoken. */
const streaming: readonly string[] = ['gpt-realtime-whisper', 'gpt-live-transcribe'];
const diarizing = 'gpt-4o-transcribe-diarize';
/** A word for each so many ms of an item; after the longest it waits for the commit, since the script is asked each time. */
const wordEveryMs = 200;
const longestStreamedMs = 10_000;
const defaultLogprob = Math.log(0.9);

export const streams = (model: string | undefined): boolean => model !== undefined && streaming.includes(model);

/** Of audio, as the service counts them. */
const tokensPerSecond = 10;

/** Says the scripted text of each item, at once or when the faults let it. */
export class ItemTranscriber {
  readonly #options: ItemTranscriberOptions;
  readonly #over: Deferred<void>[] = [];
  #items = 0;
  /** Deltas of the item that is still being spoken. */
  #said = 0;

  constructor(options: ItemTranscriberOptions) {
    this.#options = options;
  }

  /** Says what there is to say of an item that is still being spoken. */
  stream(id: string, audio: Omit<ScriptItem, 'index'>): void {
    const words = Math.floor(Math.min(audio.endMs - audio.startMs, longestStreamedMs) / wordEveryMs);
    if (words <= this.#said) return;
    const deltas = deltasOf(scriptedText(this.#options.script, { index: this.#items, ...audio }));
    for (const delta of deltas.slice(this.#said, words)) {
      this.#said += 1;
      this.#delta(id, delta);
    }
  }

  /** What was said of an item that is still being spoken is of no more use. */
  drop(): void {
    this.#said = 0;
  }

  transcribe(id: string, settings: ItemSettings, audio: Omit<ScriptItem, 'index'>): void {
    const { model } = settings;
    const index = this.#items;
    const said = this.#said;
    this.#items += 1;
    this.#said = 0;
    const { faults, connection, script } = this.#options;
    const isThis = ({ item }: { item: number }) => item === index;
    const held = faults.take('hold_item', connection, isThis);
    const later = faults.take('complete_after', connection, isThis);
    const failed = faults.take('fail_item', connection, isThis);
    const scripted = scriptedText(script, { index, ...audio });
    const { transcript } = scripted;
    const sayText = () => {
      if (failed) return;
      for (const delta of model === 'whisper-1' ? [transcript] : deltasOf(scripted).slice(said)) this.#delta(id, delta);
      if (model === diarizing) this.#segments(id, scripted, audio);
    };
    const end = () => {
      if (failed) this.#fail(id, failed.error);
      else this.#complete(id, scripted, usage(model, audio, transcript), settings);
      this.#whenOver(index).resolve();
    };
    const beforeText = held?.part === 'text' ? held.until : undefined;
    const beforeEnd = held?.part === 'completion' ? held.until : later && this.#whenOver(later.after).promise;
    passing(beforeText, () => {
      sayText();
      passing(beforeEnd, end);
    });
  }

  #whenOver(index: number): Deferred<void> {
    return (this.#over[index] ??= new Deferred());
  }

  #delta(id: string, delta: string): void {
    this.#options.send({
      type: 'conversation.item.input_audio_transcription.delta',
      event_id: this.#options.eventId(),
      item_id: id,
      content_index: 0,
      delta,
    });
  }

  #segments(id: string, { transcript, segments }: ScriptedText, { startMs, endMs }: Omit<ScriptItem, 'index'>): void {
    const whole = { text: transcript, speaker: 'A', start: 0, end: (endMs - startMs) / 1000 };
    for (const [index, segment] of (segments ?? (transcript === '' ? [] : [whole])).entries()) {
      this.#options.send({
        type: 'conversation.item.input_audio_transcription.segment',
        event_id: this.#options.eventId(),
        item_id: id,
        content_index: 0,
        id: `${id}_segment_${index}`,
        ...segment,
      });
    }
  }

  #complete(
    id: string,
    { transcript, logprobs }: ScriptedText,
    usageOfItem: Completed['usage'],
    settings: ItemSettings,
  ) {
    this.#options.send({
      type: 'conversation.item.input_audio_transcription.completed',
      event_id: this.#options.eventId(),
      item_id: id,
      content_index: 0,
      transcript,
      usage: usageOfItem,
      ...(settings.logprobs && { logprobs: tokens(transcript, logprobs) }),
    });
  }

  #fail(id: string, error: { type: string; message: string; code?: string }): void {
    this.#options.send({
      type: 'conversation.item.input_audio_transcription.failed',
      event_id: this.#options.eventId(),
      item_id: id,
      content_index: 0,
      error,
    });
  }
}

const deltasOf = ({ transcript, deltas }: ScriptedText): readonly string[] => deltas ?? wordsOf(transcript);

function tokens(transcript: string, logprobs: readonly number[] | undefined): NonNullable<Completed['logprobs']> {
  const words = wordsOf(transcript);
  return (logprobs ?? words.map(() => defaultLogprob)).map((logprob, index) => {
    const token = words[index] ?? '';
    return { token, logprob, bytes: [...Buffer.from(token)] };
  });
}

/** Goes on at once when there is nothing to wait for, so that a conversation without faults has one order only. */
function passing(gate: Promise<unknown> | undefined, goOn: () => void): void {
  if (!gate) return goOn();
  gate.then(
    () => goOn(),
    () => undefined,
  );
}

function usage(model: string | undefined, audio: Omit<ScriptItem, 'index'>, text: string): Completed['usage'] {
  const seconds = (audio.endMs - audio.startMs) / 1000;
  if (model === 'whisper-1') return { type: 'duration', seconds };
  const input = Math.ceil(seconds * tokensPerSecond);
  const output = wordsOf(text).length;
  return {
    type: 'tokens',
    input_tokens: input,
    input_token_details: { text_tokens: 0, audio_tokens: input },
    output_tokens: output,
    total_tokens: input + output,
  };
}
