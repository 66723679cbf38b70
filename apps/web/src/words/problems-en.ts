import type { ProblemWords } from './words.ts';

const again = 'Press Start to try again.';
const goOn = 'Your text is still here. Press Start to go on.';
const wait = 'Wait a moment, then press Start.';
const operator = 'If that does not help, ask whoever runs this server.';
const reload = 'Reload the page: it may be older than the server.';

/** What went wrong, by its code, and what to do now. Without `what` the sentence of the error itself is shown. */
export const problems: ProblemWords = {
  // Of the page.
  page_fault: { what: 'Something went wrong on this page.', next: 'Reload it and try again.' },
  file_unsupported: {
    what: 'This file is neither sound nor video that the server can read.',
    next: 'Choose a WAV, MP3, M4A, MP4, FLAC, Ogg or WebM file.',
  },
  busy: {
    what: 'Something is being transcribed already.',
    next: 'It goes on. Stop it first, then drop the file again.',
  },
  file_empty: { what: 'This file is empty.', next: 'Choose another one.' },
  playback_failed: {
    what: 'Your browser cannot play this file.',
    next: 'It is transcribed all the same; to listen along, open it in another program.',
  },
  storage_full: {
    what: 'Your browser could not keep your settings: its storage is full or switched off.',
    next: 'They hold until you close this page. Clear some site data in your browser to keep them.',
  },
  clipboard_denied: {
    what: 'Your browser did not let this page copy.',
    next: 'Select the text and copy it by hand, or download it.',
  },
  server_unreachable: {
    what: 'The server does not answer.',
    next: 'Check that it is running and that you are online. This page keeps trying.',
  },
  server_not_ready: { what: 'This server cannot transcribe at the moment.', next: 'This page keeps asking.' },
  history_missing: {
    what: 'This server keeps no history.',
    next: 'Download what you want to keep. Whoever runs the server can turn the history on.',
  },
  nothing_live: {
    what: 'Nobody is speaking at the moment.',
    next: 'The captions begin by themselves as soon as somebody starts.',
  },
  // Of the browser and its devices.
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
    next: 'Connect one, or choose another in the settings. Then press Start.',
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
  tab_denied: { what: 'No tab was shared.', next: 'Press Start again and choose the tab that you want to hear.' },
  tab_silent: {
    what: 'What you shared comes without sound.',
    next: 'Press Start again, choose a tab, and switch on “Also share tab audio”.',
  },
  tab_unsupported: {
    what: 'This browser cannot share the sound of a tab.',
    next: 'Use Chrome or Edge on a computer, or choose the microphone.',
  },
  source_failed: {
    what: 'The file could not be read to its end.',
    next: 'What was read is transcribed. Check that the file is still there, then try it again.',
  },
  audio_not_read: { what: 'This page was too busy to keep up with your voice.', next: goOn },
  audio_lost: {
    what: 'The connection was lost for so long that some audio had to be given up.',
    next: 'The gap is marked in the text. Say again what matters.',
  },
  events_not_read: { what: 'This page was too busy to keep up with the text.', next: goOn },
  // Of the connection.
  connection_refused: {
    what: 'The server could not be reached.',
    next: 'Check that it is running and that you are online. Then press Start.',
  },
  connection_lost: { what: 'The connection to the server was lost and did not come back.', next: goOn },
  connection_timeout: { what: 'The server did not answer in time, so the last words may be missing.', next: goOn },
  bad_answer: { what: 'The server answered in a way that this page does not understand.', next: reload },
  // Who may come in.
  token_unavailable: {
    what: 'Your access could not be renewed.',
    next: 'Open the link that you were given once more.',
  },
  token_expired: {
    what: 'Your access to this server has run out.',
    next: 'Open the link that you were given once more, or ask for a new one.',
  },
  unauthorized: {
    what: 'This server does not let you in without a valid access token.',
    next: 'Open the link with the token that the server printed when it started, or ask whoever runs it.',
  },
  forbidden: { what: 'Your access does not allow this.', next: 'Ask whoever runs this server for more.' },
  auth_unavailable: {
    what: 'The server cannot check your access just now.',
    next: 'Wait a moment, then press Start.',
  },
  too_many_sessions: {
    what: 'As many people are speaking as this server allows.',
    next: 'Wait until somebody has finished, then press Start.',
  },
  too_many_watchers: { what: 'As many people are following as this server allows.', next: 'Try again in a moment.' },
  quota_exceeded: {
    what: 'The minutes that may be spoken today are used up.',
    next: 'Your text is kept. Go on tomorrow, or ask whoever runs this server for more.',
  },
  session_too_long: { what: 'The session has lasted as long as it may.', next: goOn },
  too_slow: { what: 'Your connection is too slow for the sound or the text.', next: goOn },
  // Of the server.
  bad_message: { what: 'The server could not read what this page sent.', next: reload },
  bad_value: {
    what: 'The server does not take one of your settings.',
    next: 'Check model and vocabulary in the settings.',
  },
  unknown_action: { what: 'The server does not know what this page asked for.', next: reload },
  not_started: { what: 'The server and this page lost step with one another.', next: again },
  already_started: { what: 'The server and this page lost step with one another.', next: again },
  start_timeout: { what: 'This page took too long to begin.', next: again },
  idle_timeout: { what: 'Nothing was sent for so long that the server ended the session.', next: goOn },
  message_too_big: { what: 'This page sent too much at once.', next: again },
  bad_audio: {
    what: 'The sound could not be decoded: the file may be damaged.',
    next: 'Try to convert it to WAV or MP3, or choose another file.',
  },
  unsupported_audio: {
    what: 'The server does not read sound of this kind.',
    next: 'Convert the file to WAV, MP3, FLAC or Opus, then try again.',
  },
  decoder_busy: { what: 'The server is decoding as many files as it can.', next: wait },
  unsupported_language: {
    what: 'The server’s recogniser does not know this language.',
    next: 'Choose another language, then press Start.',
  },
  engine_unavailable: { what: 'The server has no recogniser.', next: operator },
  engine_busy: { what: 'The server is full: as many people are speaking as it can follow.', next: wait },
  engine_refused: {
    what: 'The recogniser refused the session.',
    next: `Try another language, and leave the model to the server. ${operator}`,
  },
  engine_auth: {
    what: 'The recogniser did not accept the server’s key.',
    next: 'Whoever runs this server must check the key in its settings.',
  },
  engine_quota: {
    what: 'The server’s quota at the recogniser is used up for now.',
    next: 'Wait a moment, then press Start. Whoever runs this server may have to raise the quota.',
  },
  engine_unreachable: { what: 'The server could not reach its recogniser.', next: wait },
  engine_lost: { what: 'The recogniser went away and did not come back.', next: goOn },
  engine_timeout: { what: 'The recogniser did not answer in time.', next: goOn },
  utterance_failed: {
    what: 'One part could not be transcribed.',
    next: 'It is marked in the text. The transcription goes on.',
  },
  session_unknown: { what: 'There is no such session.', next: 'It may have been deleted. Ask for a new link.' },
  session_moved: { what: 'This session goes on in another window.', next: 'Press Start to begin a new one here.' },
  store_unavailable: {
    what: 'The server cannot keep or read transcripts just now: its storage is full or does not answer.',
    next: 'Transcription goes on. Download what you want to keep, and tell whoever runs this server.',
  },
  store_fenced: { what: 'This session goes on elsewhere.', next: 'Press Start to begin a new one here.' },
  store_bad_cursor: { what: 'The list has changed in the meantime.', next: 'Open the history anew.' },
  shutting_down: {
    what: 'The server is stopping.',
    next: 'Your text is still here. Press Start when the server is back.',
  },
  internal: { what: 'Something went wrong on the server.', next: goOn },
};

export const unknownProblem = again;
