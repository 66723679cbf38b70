import { asTranscribeError, type BusCall, type EventBus } from '@live-transcribe/core';
import type { LiveSessions } from '../live/live-sessions.ts';
import type { Log } from '../observe/log.ts';

export interface AnsweringOptions {
  readonly bus: Pick<EventBus, 'calls'>;
  readonly lives: Pick<LiveSessions, 'beat' | 'letGo'>;
  readonly log: Log;
}

/** Answers what other servers ask about sessions of this one, until the bus is closed. */
export async function answerCalls({ bus, lives, log }: AnsweringOptions): Promise<void> {
  for await (const call of bus.calls()) {
    if (call.kind === 'watched') lives.beat(call.session);
    // Others have their turn meanwhile.
    else void letGo(call, lives, log);
  }
}

async function letGo(
  call: Extract<BusCall, { kind: 'wanted' }>,
  lives: AnsweringOptions['lives'],
  log: Log,
): Promise<void> {
  const gone = lives.letGo(call);
  if (!gone) return;
  call.answer('letting go');
  try {
    await gone;
    call.answer('let go');
  } catch (thrown) {
    log.error({ err: asTranscribeError(thrown), session: call.session }, 'a session could not be let go of');
  }
}
