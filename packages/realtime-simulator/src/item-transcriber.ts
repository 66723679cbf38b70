import type { RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { Deferred } from './deferred.ts';
import type { Faults } from './faults.ts';
import { type Script, type ScriptItem, scriptedText, wordsOf } from './script.ts';

type Completed = Extract<RealtimeServerEvent, { type: 'conversation.item.input_audio_transcription.completed' }>;

interface ItemTranscriberOptions {
  readonly connection: number;
  readonly script: Script | undefined;
  readonly faults: Faults;
  send(event: RealtimeServerEvent): void;
  eventId(): string;
}

/** Of audio, as the service counts them. */
const tokensPerSecond = 10;

/** Says the scripted text of each item, at once or when the faults let it. */
export class ItemTranscriber {
  readonly #options: ItemTranscriberOptions;
  readonly #over: Deferred<void>[] = [];
  #items = 0;

  constructor(options: ItemTranscriberOptions) {
    this.#options = options;
  }

  transcribe(id: string, model: string | undefined, audio: Omit<ScriptItem, 'index'>): void {
    const index = this.#items;
    this.#items += 1;
    const { faults, connection, script } = this.#options;
    const isThis = ({ item }: { item: number }) => item === index;
    const held = faults.take('hold_item', connection, isThis);
    const later = faults.take('complete_after', connection, isThis);
    const failed = faults.take('fail_item', connection, isThis);
    const { transcript, deltas } = scriptedText(script, { index, ...audio });
    const sayText = () => {
      if (failed) return;
      for (const delta of model === 'whisper-1' ? [transcript] : (deltas ?? wordsOf(transcript)))
        this.#delta(id, delta);
    };
    const end = () => {
      if (failed) this.#fail(id, failed.error);
      else this.#complete(id, transcript, usage(model, audio, transcript));
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

  #complete(id: string, transcript: string, usageOfItem: Completed['usage']): void {
    this.#options.send({
      type: 'conversation.item.input_audio_transcription.completed',
      event_id: this.#options.eventId(),
      item_id: id,
      content_index: 0,
      transcript,
      usage: usageOfItem,
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
