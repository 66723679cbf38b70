import { maxSampleRate, minSampleRate, type Notice, type TimelineMs } from '@live-transcribe/audio';
import {
  ClientError,
  type Command,
  type EventFault,
  type Frame,
  type ProtocolCodec,
  type SessionEvent,
  type SessionRequest,
} from '@live-transcribe/core';
import { languageExpected, parseLanguage } from '../language.ts';
import { seconds } from '../seconds.ts';

export interface PlainDefaults {
  /** ISO 639-1, or `auto`. */
  readonly language: string;
  readonly model: string;
  /** Hz. */
  readonly sampleRate: number;
}

/** One client of `WS /ws`. */
export class PlainCodec implements ProtocolCodec {
  readonly #defaults: PlainDefaults;
  readonly #query: URLSearchParams;

  constructor(defaults: PlainDefaults, query: URLSearchParams) {
    this.#defaults = defaults;
    this.#query = query;
  }

  begin(): SessionRequest {
    return {
      language: parseLanguageParameter(this.#query.get('language') || this.#defaults.language),
      model: this.#query.get('model') || this.#defaults.model,
      prompt: undefined,
      words: false,
      audio: { encoding: 'auto', sampleRate: this.#sampleRate(), channels: 1 },
      resumable: false,
      ...this.#keepAudio(),
    };
  }

  decode(frame: Frame): Command | undefined {
    if (frame.kind === 'binary') return { kind: 'audio', bytes: frame.bytes };
    switch (messageType(frame.text)) {
      case 'flush':
        return { kind: 'commit' };
      case 'reset':
        return { kind: 'clear' };
      case 'stop':
        return { kind: 'stop' };
      default:
        return undefined;
    }
  }

  encode(event: SessionEvent): string | undefined {
    switch (event.kind) {
      case 'partial':
      case 'final': {
        const ts = { start_s: seconds(event.start), end_s: seconds(event.end) };
        return JSON.stringify({ type: event.kind, text: event.text, ts, event: event.vendorEvent });
      }
      case 'segment_failed':
        return this.encodeFault(event.error);
      case 'gap':
        return this.encodeFault(event.reason);
      case 'closed':
        return event.error && this.encodeFault(event.error);
      case 'opened':
      case 'resumed':
      case 'covered':
      case 'words':
      case 'engine_changed':
        return undefined;
      default:
        return event satisfies never;
    }
  }

  encodeFault({ code, message }: EventFault): string {
    return JSON.stringify({ type: 'error', error: message, code });
  }

  encodeNotice({ code, message }: Notice, at: TimelineMs): string {
    return JSON.stringify({ type: 'notice', notice: message, code, ts: { start_s: seconds(at) } });
  }

  encodeResumption(): undefined {
    return undefined;
  }

  encodeAcknowledgement(): undefined {
    return undefined;
  }

  #keepAudio(): { readonly keepAudio?: boolean } {
    const given = this.#query.get('keep_audio');
    if (!given) return {};
    if (given === 'true' || given === 'false') return { keepAudio: given === 'true' };
    throw new ClientError('bad_value', '"keep_audio" must be true or false.');
  }

  #sampleRate(): number {
    const given = this.#query.get('sample_rate');
    if (!given) return this.#defaults.sampleRate;
    const rate = /^\d{1,6}$/.test(given) ? Number(given) : Number.NaN;
    if (rate >= minSampleRate && rate <= maxSampleRate) return rate;
    throw new ClientError(
      'bad_value',
      `"sample_rate" must be a whole number from ${minSampleRate} to ${maxSampleRate}.`,
    );
  }
}

function parseLanguageParameter(tag: string): string | undefined {
  const parsed = parseLanguage(tag);
  if (!parsed.ok) throw new ClientError('bad_value', `"language" must be ${languageExpected}.`);
  return parsed.language;
}

/** Anything that is not one of the protocol's own messages is ignored, so nothing here throws. */
function messageType(text: string): unknown {
  try {
    const message: unknown = JSON.parse(text);
    return typeof message === 'object' && message !== null && 'type' in message ? message.type : undefined;
  } catch {
    return undefined;
  }
}
