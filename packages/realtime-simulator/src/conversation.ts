import { samplesToMs } from '@live-transcribe/audio';
import type { RealtimeConversationItemUserMessage, RealtimeServerEvent } from 'openai/resources/realtime/realtime';
import { type ApiFault, errorEvent, invalidRequest } from './api-fault.ts';
import { type ClientEvent, pcmRate } from './client-events.ts';
import { EnergyVad, type VadMark } from './energy-vad.ts';
import type { Faults } from './faults.ts';
import { InputBuffer } from './input-buffer.ts';
import { ItemTranscriber, streams } from './item-transcriber.ts';
import { decodePcm } from './pcm.ts';
import type { Script } from './script.ts';
import { familyOf, type SessionSettings, sessionObject, updateSettings } from './session-in-force.ts';

export interface ConversationOptions {
  readonly connection: number;
  readonly settings: SessionSettings;
  /** Epoch seconds. */
  readonly expiresAt: number;
  readonly script: Script | undefined;
  readonly models: readonly string[] | undefined;
  readonly faults: Faults;
  send(event: RealtimeServerEvent): void;
  /** Is given every sample taken. */
  hear(samples: Int16Array): void;
}

/** 100 ms: less makes no item. */
const shortestItem = pcmRate / 10;
/** Five minutes. */
const bufferCapacity = 300 * pcmRate;

/** One session's side of the protocol: client events in, server events out, no socket. */
export class Conversation {
  readonly #options: ConversationOptions;
  readonly #buffer = new InputBuffer(bufferCapacity);
  readonly #transcriber: ItemTranscriber;
  #settings: SessionSettings;
  #vad: EnergyVad | undefined;
  /** The item of the utterance that the detector is in. */
  #open: { readonly id: string; readonly from: number } | undefined;
  #previousItem: string | null = null;
  #ids = 0;

  constructor(options: ConversationOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#transcriber = new ItemTranscriber({ ...options, eventId: () => this.#id('event') });
    this.#detectTurns();
  }

  begin(): void {
    this.#options.send({ type: 'session.created', event_id: this.#id('event'), session: this.#session() });
  }

  handle(event: ClientEvent): void {
    switch (event.type) {
      case 'session.update':
        return this.#update(event);
      case 'input_audio_buffer.append':
        return this.#append(event);
      case 'input_audio_buffer.commit':
        return this.#commitAll(event.event_id);
      case 'input_audio_buffer.clear':
        return this.#clear();
      default:
        event satisfies never;
    }
  }

  /** `answers` is the event that was wrong. */
  fault(fault: ApiFault, answers?: string): void {
    this.#options.send(errorEvent(this.#id('event'), fault, answers));
  }

  #update({ event_id, session }: Extract<ClientEvent, { type: 'session.update' }>): void {
    const { faults, connection, models } = this.#options;
    const ordered = faults.take('refuse_update', connection);
    if (ordered) return this.fault(ordered.error, event_id);
    const updated = updateSettings(this.#settings, session, models);
    if ('fault' in updated) return this.fault(updated.fault, event_id);
    const turnsChanged = updated.turnDetection !== this.#settings.turnDetection;
    this.#settings = updated;
    if (turnsChanged) this.#detectTurns();
    this.#options.send({ type: 'session.updated', event_id: this.#id('event'), session: this.#session() });
  }

  #detectTurns(): void {
    const { turnDetection } = this.#settings;
    this.#vad = turnDetection ? new EnergyVad(turnDetection, this.#buffer.to) : undefined;
    this.#open = undefined;
  }

  #append({ event_id, audio }: Extract<ClientEvent, { type: 'input_audio_buffer.append' }>): void {
    const samples = decodePcm(audio);
    if (!samples) {
      const message = "Invalid 'audio': expected base64 of mono 16-bit PCM at 24 kHz.";
      return this.fault(invalidRequest('invalid_value', message, 'audio'), event_id);
    }
    this.#options.hear(samples);
    this.#buffer.append(samples);
    for (const mark of this.#vad?.hear(samples) ?? []) this.#turn(mark);
    this.#stream();
  }

  /** Some models have words for an item before anybody has ended it. */
  #stream(): void {
    if (!streams(familyOf(this.#settings.transcription?.model)) || (this.#vad && !this.#open)) return;
    this.#open ??= { id: this.#id('item'), from: this.#buffer.from };
    const { id, from } = this.#open;
    const { to } = this.#buffer;
    this.#transcriber.stream(id, { startMs: toMs(from), endMs: toMs(to), samples: this.#buffer.slice(from, to) });
  }

  #turn(mark: VadMark): void {
    if (mark.kind === 'started') {
      this.#open = { id: this.#id('item'), from: mark.at };
      this.#options.send({
        type: 'input_audio_buffer.speech_started',
        event_id: this.#id('event'),
        audio_start_ms: toMs(mark.at),
        item_id: this.#open.id,
      });
    } else if (this.#open) {
      this.#options.send({
        type: 'input_audio_buffer.speech_stopped',
        event_id: this.#id('event'),
        audio_end_ms: toMs(mark.at),
        item_id: this.#open.id,
      });
      this.#commit(mark.at);
    }
  }

  #commitAll(eventId: string | undefined): void {
    const { faults, connection } = this.#options;
    const ordered = faults.take('refuse_commit', connection);
    if (ordered) return this.fault(ordered.error, eventId);
    const buffered = this.#buffer.to - this.#buffer.from;
    if (buffered < shortestItem) {
      const message = `The buffer is too small to commit: at least 100 ms of audio are needed, it holds ${toMs(buffered)} ms.`;
      return this.fault(invalidRequest('input_audio_buffer_commit_empty', message), eventId);
    }
    this.#vad?.cut();
    this.#commit(this.#buffer.to);
  }

  #commit(to: number): void {
    const { id, from } = this.#open ?? { id: this.#id('item'), from: this.#buffer.from };
    const samples = this.#buffer.slice(from, to);
    this.#buffer.drop(to);
    this.#open = undefined;
    const previous = this.#previousItem;
    this.#previousItem = id;
    const link = () => ({ event_id: this.#id('event'), previous_item_id: previous });
    this.#options.send({ type: 'input_audio_buffer.committed', ...link(), item_id: id });
    this.#options.send({ type: 'conversation.item.added', ...link(), item: audioItem(id, 'in_progress') });
    this.#options.send({ type: 'conversation.item.done', ...link(), item: audioItem(id, 'completed') });
    const { transcription, include } = this.#settings;
    const logprobs = include?.includes('item.input_audio_transcription.logprobs') ?? false;
    this.#transcriber.transcribe(
      id,
      { model: transcription?.model, logprobs },
      { startMs: toMs(from), endMs: toMs(to), samples },
    );
  }

  #clear(): void {
    this.#buffer.drop(this.#buffer.to);
    this.#vad?.cut();
    this.#open = undefined;
    this.#transcriber.drop();
    this.#options.send({ type: 'input_audio_buffer.cleared', event_id: this.#id('event') });
  }

  #session() {
    return sessionObject(`sess_${this.#options.connection}`, this.#options.expiresAt, this.#settings);
  }

  #id(kind: 'event' | 'item'): string {
    this.#ids += 1;
    return `${kind}_${this.#options.connection}_${this.#ids}`;
  }
}

const audioItem = (id: string, status: 'in_progress' | 'completed'): RealtimeConversationItemUserMessage => ({
  id,
  object: 'realtime.item',
  type: 'message',
  status,
  role: 'user',
  content: [{ type: 'input_audio' }],
});

const toMs = (samples: number): number => Math.floor(samplesToMs(samples, pcmRate));
