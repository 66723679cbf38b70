import type { Notice, TimelineMs } from '@live-transcribe/audio';
import {
  ClientError,
  type Command,
  type EventFault,
  type Frame,
  type Partial,
  type ProtocolCodec,
  type SessionEvent,
  type TimelineWord,
  type Usage,
} from '@live-transcribe/core';
import { parseObject } from '../json.ts';
import { seconds } from '../seconds.ts';
import { type PartialMode, parseStart, type StartDefaults } from './schema.ts';

const actions = '"commit", "clear" and "stop"';
const startExample = '{"action":"start","language":"en"}';

type State =
  | { readonly is: 'waiting for start' }
  | { readonly is: 'started'; readonly partials: PartialMode; words: boolean };

/** One client of `WS /v1/transcriptions`. */
export class TranscriptionsCodec implements ProtocolCodec {
  readonly #defaults: StartDefaults;
  #state: State = { is: 'waiting for start' };
  /** What a client that takes deltas has been shown of the open segment. */
  #shown = { segment: -1, text: '' };

  constructor(defaults: StartDefaults) {
    this.#defaults = defaults;
  }

  begin(): undefined {
    return undefined;
  }

  decode(frame: Frame): Command {
    if (this.#state.is === 'waiting for start') return this.#start(frame);
    return frame.kind === 'binary' ? { kind: 'audio', bytes: frame.bytes } : action(frame.text);
  }

  encode(event: SessionEvent): string | undefined {
    switch (event.kind) {
      case 'opened': {
        const { session, engine, model, language } = event;
        return JSON.stringify({ session_id: session, engine, model, language: language ?? 'auto' });
      }
      case 'partial':
        return this.#encodePartial(event);
      case 'final': {
        const { text, speaker, confidence } = event;
        const words = this.#wantsWords ? event.words?.map(encodeWord) : undefined;
        return JSON.stringify({ final: text, ...place(event), speaker, confidence, words });
      }
      case 'words': {
        if (!this.#wantsWords) return undefined;
        return JSON.stringify({ words: event.words.map(encodeWord), segment: event.segment });
      }
      case 'segment_failed':
        return JSON.stringify({ error: event.error.message, code: event.error.code, ...place(event) });
      case 'gap': {
        const { start, end, reason } = event;
        const error = `The audio from ${seconds(start)} s to ${seconds(end)} s has no transcript. ${reason.message}`;
        return JSON.stringify({ error, code: reason.code, start: seconds(start), end: seconds(end) });
      }
      case 'closed':
        if (event.error) return this.encodeFault(event.error);
        return JSON.stringify({
          ended: true,
          duration: seconds(event.duration),
          segments: event.segments,
          usage: event.usage && encodeUsage(event.usage),
        });
      case 'engine_changed':
        return undefined;
      default:
        return event satisfies never;
    }
  }

  encodeFault({ code, message }: EventFault): string {
    return JSON.stringify({ error: message, code });
  }

  encodeNotice({ code, message }: Notice, at: TimelineMs): string {
    return JSON.stringify({ notice: message, code, start: seconds(at) });
  }

  get #wantsWords(): boolean {
    return this.#state.is === 'started' && this.#state.words;
  }

  #start(frame: Frame): Command {
    if (frame.kind === 'binary') {
      throw new ClientError('not_started', `Audio came before the start message; send ${startExample} first.`);
    }
    const message = parseObject(frame.text, startExample);
    if (message['action'] !== 'start') {
      throw new ClientError(
        'not_started',
        `The first message must be ${startExample}, but had ${givenAction(message)}.`,
      );
    }
    const { request, partials } = parseStart(message, this.#defaults);
    this.#state = { is: 'started', partials, words: request.words };
    return { kind: 'start', request };
  }

  #encodePartial(event: Partial): string | undefined {
    const mode = this.#state.is === 'started' ? this.#state.partials : 'text';
    switch (mode) {
      case 'off':
        return undefined;
      case 'text':
        return JSON.stringify({ partial: event.text, ...place(event) });
      case 'delta': {
        const shown = this.#shown.segment === event.segment ? this.#shown.text : '';
        this.#shown = { segment: event.segment, text: event.text };
        // What an engine takes back cannot be said by a delta: the whole text then replaces what was shown.
        if (!event.text.startsWith(shown)) return JSON.stringify({ partial: event.text, ...place(event) });
        return JSON.stringify({ delta: event.text.slice(shown.length), ...place(event) });
      }
      default:
        return mode satisfies never;
    }
  }
}

function action(text: string): Command {
  const message = parseObject(text, '{"action":"stop"}');
  switch (message['action']) {
    case 'commit':
      return { kind: 'commit' };
    case 'clear':
      return { kind: 'clear' };
    case 'stop':
      return { kind: 'stop' };
    case 'start':
      throw new ClientError(
        'already_started',
        'This session has started already; open another socket for another one.',
      );
    default:
      throw new ClientError(
        'unknown_action',
        `The action must be one of ${actions}, but there was ${givenAction(message)}.`,
      );
  }
}

/** What a message had for an action, short enough to send back. */
function givenAction(message: Readonly<Record<string, unknown>>): string {
  const given = JSON.stringify(message['action']);
  return given === undefined ? 'no action' : `the action ${given.slice(0, 100)}`;
}

const place = ({ segment, start, end }: Pick<Partial, 'segment' | 'start' | 'end'>) => ({
  segment,
  start: seconds(start),
  end: seconds(end),
});

const encodeWord = ({ text, start, end, confidence }: TimelineWord) => ({
  word: text,
  start: seconds(start),
  end: seconds(end),
  confidence,
});

/** Seconds to the millisecond: sums of fractions have tails that nobody reads. */
const encodeUsage = ({ audioSeconds, inputTokens, outputTokens, cost }: Usage) => ({
  audio_seconds: audioSeconds === undefined ? undefined : Math.round(audioSeconds * 1000) / 1000,
  input_tokens: inputTokens,
  output_tokens: outputTokens,
  cost: cost === undefined ? undefined : Math.round(cost * 1e6) / 1e6,
});
