import type { Notice, TimelineMs } from '@live-transcribe/audio';
import {
  type Acknowledgement,
  ClientError,
  type Command,
  type EventFault,
  type Frame,
  type ProtocolCodec,
  type Resumption,
  type SessionEvent,
} from '@live-transcribe/core';
import { parseObject } from '../json.ts';
import { seconds } from '../seconds.ts';
import { EventWriter, type ResumingTimes, writeFault } from './event-writer.ts';
import { parseStart, type StartDefaults } from './schema.ts';

const actions = '"commit", "clear" and "stop"';
const startExample = '{"action":"start","language":"en"}';

export interface TranscriptionsOptions extends StartDefaults, ResumingTimes {}

type State =
  | { readonly is: 'waiting for start' }
  | { readonly is: 'started'; readonly writer: EventWriter; readonly resumable: boolean };

/** One client of `WS /v1/transcriptions`. */
export class TranscriptionsCodec implements ProtocolCodec {
  readonly #options: TranscriptionsOptions;
  #state: State = { is: 'waiting for start' };

  constructor(options: TranscriptionsOptions) {
    this.#options = options;
  }

  begin(): undefined {
    return undefined;
  }

  decode(frame: Frame): Command {
    if (this.#state.is === 'waiting for start') return this.#start(frame);
    return frame.kind === 'binary' ? { kind: 'audio', bytes: frame.bytes } : action(frame.text);
  }

  encode(event: SessionEvent): string | undefined {
    return this.#state.is === 'started' ? this.#state.writer.write(event) : undefined;
  }

  encodeFault(fault: EventFault): string {
    return writeFault(fault);
  }

  encodeNotice({ code, message }: Notice, at: TimelineMs): string {
    return JSON.stringify({ notice: message, code, start: seconds(at) });
  }

  encodeResumption(resumption: Resumption): string | undefined {
    if (this.#state.is !== 'started') return undefined;
    const described = this.#state.writer.describe(resumption);
    return JSON.stringify({ ...described, resumed: true, received: seconds(resumption.received) });
  }

  encodeAcknowledgement({ through, seq }: Acknowledgement): string | undefined {
    if (this.#state.is !== 'started' || !this.#state.resumable) return undefined;
    return JSON.stringify({ covered: seconds(through), seq });
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
    const { command, partials } = parseStart(message, this.#options);
    const { words } = command.request;
    const continues = command.kind === 'resume';
    const resumable = command.kind === 'resume' || command.request.resumable;
    const resuming = resumable ? this.#options : undefined;
    const writer = new EventWriter({ partials, words, resuming, numbered: resumable, continues });
    this.#state = { is: 'started', writer, resumable };
    return command;
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
