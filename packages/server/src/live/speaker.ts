import { type DeclaredFormat, Intake, type OpenAac } from '@live-transcribe/audio';
import type { Engine } from '@live-transcribe/core';
import { asClientFault } from '../client-fault.ts';
import type { Remains } from './attendance.ts';
import type { LiveSession } from './live-session.ts';
import type { Seam } from './seam.ts';
import type { Seat } from './seat.ts';

/** One connection's part in a session: where its audio goes, and by which way. */
export interface Speaker {
  readonly live: LiveSession;
  readonly seat: Seat;
  readonly intake: Intake;
  readonly seam: Seam;
}

/** What the decoder of a connection that is lost holds back. Of audio that cannot be decoded that is nothing. */
export const remainsOf = ({ live, intake, seam }: Speaker): Remains => ({
  flush: async () => {
    try {
      await live.write(seam.take(await intake.end()));
    } catch (thrown) {
      live.log.debug({ err: thrown }, 'the rest of the audio was not to be had');
    }
  },
  free: () => intake.free(),
});

export interface IntakeOptions {
  readonly engine: Engine;
  readonly openAac: OpenAac;
}

/** Throws `ClientError`. */
export function openIntake(declared: DeclaredFormat, { engine, openAac }: IntakeOptions): Intake {
  try {
    return new Intake({ declared, sampleRate: engine.sampleRate, openAac });
  } catch (thrown) {
    throw asClientFault(thrown);
  }
}
