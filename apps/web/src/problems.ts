import { type ClientErrorCode, TranscriptionError } from '@live-transcribe/client';

/** What went wrong, in words for the person at the page. */
export interface Problem {
  /** A notice disturbs nothing; an error ended the transcription. */
  readonly kind: 'error' | 'notice';
  readonly what: string;
  /** What to do now. */
  readonly next: string;
}

interface Advice {
  /** Where it is left out, what the error itself says. */
  readonly what?: string;
  readonly next: string;
}

const again = 'Press Start to try again.';
const kept = 'Your text is still here. Press Start to go on.';

const ofClient: Readonly<Record<ClientErrorCode, Advice>> = {
  insecure_context: {
    what: 'Your browser does not give this page the microphone.',
    next: 'Browsers allow it only at addresses that begin with https:// or at localhost. Open the page that way.',
  },
  microphone_denied: {
    what: 'The microphone is blocked for this page.',
    next: 'Allow it in your browser, beside the address, or in the privacy settings of your system. Then press Start.',
  },
  microphone_missing: {
    what: 'No microphone was found.',
    next: 'Connect one, or switch one on in the sound settings of your system. Then press Start.',
  },
  microphone_in_use: {
    what: 'The microphone could not be opened.',
    next: 'Another program may be using it. Close that program, then press Start.',
  },
  microphone_lost: {
    what: 'The microphone was disconnected.',
    next: 'Your text is still here. Connect the microphone again, then press Start.',
  },
  microphone_failed: {
    what: 'Your browser could not process the sound of the microphone.',
    next: 'Reload the page. If that does not help, try another browser.',
  },
  audio_not_read: { what: 'This page was too busy to keep up with your voice.', next: kept },
  events_not_read: { what: 'This page was too busy to keep up with the text.', next: kept },
  connection_refused: {
    what: 'The server could not be reached.',
    next: 'Check that it is running and that you are online. Then press Start.',
  },
  connection_lost: { what: 'The connection to the server was lost.', next: kept },
  connection_timeout: {
    what: 'The server did not answer in time, so the last words may be missing.',
    next: kept,
  },
  connection_too_slow: {
    what: 'Your network is too slow for live sound.',
    next: 'Your text is still here. Move to a better connection, then press Start.',
  },
  bad_answer: {
    what: 'The server answered in a way that this page does not understand.',
    next: 'Reload the page: it may be older than the server.',
  },
};

/** The server's own codes, with the server's own sentence where that says more than we could. */
const ofServer: Readonly<Record<string, Advice>> = {
  engine_unavailable: { next: 'When that is done, press Start.' },
  engine_busy: {
    what: 'The server is busy: as many people are speaking as it can follow.',
    next: 'Wait a moment, then press Start.',
  },
  decoder_busy: { next: 'Wait a moment, then press Start.' },
  engine_auth: { next: "Whoever runs this server must check the engine's key in its settings." },
  engine_quota: { next: 'Wait a moment, then press Start. Whoever runs this server may have to raise its quota.' },
  engine_refused: { next: 'Try another language. If that does not help, ask whoever runs this server.' },
  engine_unreachable: { next: again },
  engine_lost: { next: kept },
  engine_timeout: { next: kept },
  unsupported_language: { next: 'Choose another language, then press Start.' },
  shutting_down: {
    what: 'The server is stopping.',
    next: 'Your text is still here. Press Start when the server is back.',
  },
  idle_timeout: { next: kept },
  internal: { what: 'Something went wrong on the server.', next: kept },
};

/** What ended a transcription, whatever was thrown. */
export function problemOf(thrown: unknown): Problem {
  if (!(thrown instanceof TranscriptionError)) {
    return { kind: 'error', what: 'Something went wrong on this page.', next: 'Reload it and try again.' };
  }
  const advice = isOfClient(thrown.code) ? ofClient[thrown.code] : ofServer[thrown.code];
  return { kind: 'error', what: advice?.what ?? thrown.message, next: advice?.next ?? again };
}

/** What the server reports while it goes on. */
export const noticeOf = (message: string): Problem => ({
  kind: 'notice',
  what: message,
  next: 'The transcription goes on.',
});

const isOfClient = (code: string): code is ClientErrorCode => Object.hasOwn(ofClient, code);
