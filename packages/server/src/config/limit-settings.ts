import { integer, optional, setting } from './setting.ts';

const most = 10_000_000;

/** What clients may use. */
export const limitSettings = {
  maxSessions: setting('MAX_SESSIONS', integer(1, most), 10_000, 'Sessions that live at once, of everybody.'),
  maxSessionsPerKey: setting(
    'MAX_SESSIONS_PER_KEY',
    integer(1, most),
    1_000,
    'Sessions that live at once, of one API key with the tokens that it has made, or of one subject of JWTs.',
  ),
  maxSessionsPerAddress: setting(
    'MAX_SESSIONS_PER_ADDRESS',
    integer(1, most),
    100,
    'Sessions that live at once, from one address (of IPv6: one /64); this machine’s own addresses are not counted.',
  ),
  startsPerMinutePerAddress: setting(
    'STARTS_PER_MINUTE_PER_ADDRESS',
    integer(1, most),
    600,
    'Sessions that are begun or come back to within a minute, from one address; this machine’s own are not counted.',
  ),
  minutesPerDayPerKey: setting(
    'MINUTES_PER_DAY_PER_KEY',
    optional(integer(1, most)),
    undefined,
    'Minutes of audio within a day (UTC), of one API key or subject; without limit when not set.',
  ),
  maxSessionMinutes: setting(
    'MAX_SESSION_MINUTES',
    integer(1, 20_160),
    1_440,
    'How long a session may last from its start, interruptions included, in minutes.',
  ),
  maxAudioRate: setting(
    'MAX_AUDIO_RATE',
    integer(1, 10_000),
    100,
    'How many times faster than real time audio is taken after the first minute of it; a faster client is slowed.',
  ),
  maxMessageBytes: setting(
    'MAX_MESSAGE_BYTES',
    integer(65_536, 67_108_864),
    8_388_608,
    'The largest message on a socket, in bytes.',
  ),
  startSeconds: setting(
    'START_SECONDS',
    integer(1, 600),
    10,
    'How long a client of /v1/transcriptions may take for its first message, in seconds.',
  ),
  idleSeconds: setting(
    'IDLE_SECONDS',
    integer(1, 86_400),
    300,
    'A client that sends no message for so long is let go, in seconds.',
  ),
  slowReaderSeconds: setting(
    'SLOW_READER_SECONDS',
    integer(1, 3_600),
    30,
    'A client that takes nothing of what waits for it for so long is cut off, in seconds; looked at every 30 s.',
  ),
  slowSenderSeconds: setting(
    'SLOW_SENDER_SECONDS',
    integer(1, 3_600),
    60,
    'A client whose one message takes so long to arrive is let go, in seconds; looked at every 30 s.',
  ),
  maxConnections: setting(
    'MAX_CONNECTIONS',
    integer(1, most),
    20_000,
    'Connections that this server holds at once, of every kind; what comes then is closed.',
  ),
  maxConnectionsPerAddress: setting(
    'MAX_CONNECTIONS_PER_ADDRESS',
    integer(1, most),
    500,
    'Sockets that are open at once from one address; this machine’s own are not counted.',
  ),
  maxWatchers: setting('MAX_WATCHERS', integer(0, most), 10_000, 'Readers of /v1/sessions/:id/events at once.'),
  maxHeaderBytes: setting('MAX_HEADER_BYTES', integer(2_048, 1_048_576), 16_384, 'All headers of a request, in bytes.'),
  headersSeconds: setting(
    'HEADERS_SECONDS',
    integer(1, 600),
    15,
    'How long the headers of a request may take to arrive, in seconds.',
  ),
  requestSeconds: setting(
    'REQUEST_SECONDS',
    integer(1, 86_400),
    3_600,
    'How long a request may take to arrive as a whole, a file that is sent as fast as it is heard included, in seconds.',
  ),
  maxBodyBytes: setting('MAX_BODY_BYTES', integer(1_024, 67_108_864), 65_536, 'The body of a request, in bytes.'),
  pocketsphinxSessions: setting(
    'POCKETSPHINX_SESSIONS',
    optional(integer(1, 10_000)),
    undefined,
    'Recognisers of the engine pocketsphinx at once, each of about 110 MB; by cores and memory when not set.',
  ),
};
