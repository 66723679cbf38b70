/** Speech in every format that is decoded, made by flite and ffmpeg. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const fragmented = '-movflags frag_keyframe+empty_moov+default_base_moof -frag_duration 250000 -f mp4';

/** Name; rate in Hz and channels of the source; ffmpeg's arguments; the file's extension. Usual settings for speech. */
export const recordings = [
  ['PCM16 16 kHz', 16_000, 1, '-f s16le', 'raw'],
  ['PCM16 48 kHz stereo', 48_000, 2, '-f s16le', 'raw'],
  ['mu-law 8 kHz', 8_000, 1, '-f mulaw', 'raw'],
  ['WAV 44.1 kHz stereo', 44_100, 2, '-f wav', 'wav'],
  ['CAF 44.1 kHz', 44_100, 1, '-c:a pcm_s16le -f caf', 'caf'],
  ['FLAC 44.1 kHz stereo', 44_100, 2, '-f flac', 'flac'],
  ['Ogg/FLAC 48 kHz', 48_000, 1, '-c:a flac -f ogg', 'ogg'],
  ['WebM/Opus 48 kHz, 32 kbit/s', 48_000, 1, '-c:a libopus -b:a 32k -live 1 -cluster_time_limit 250 -f webm', 'webm'],
  [
    'WebM/Opus 48 kHz stereo, 128 kbit/s',
    48_000,
    2,
    '-c:a libopus -b:a 128k -live 1 -cluster_time_limit 250 -f webm',
    'webm',
  ],
  ['Ogg/Opus 48 kHz, 32 kbit/s', 48_000, 1, '-c:a libopus -b:a 32k -page_duration 20000 -f ogg', 'ogg'],
  ['MP4/Opus 48 kHz, 32 kbit/s', 48_000, 1, `-c:a libopus -b:a 32k ${fragmented}`, 'mp4'],
  ['WebM/Vorbis 48 kHz', 48_000, 1, '-c:a libvorbis -q:a 4 -live 1 -f webm', 'webm'],
  ['Ogg/Vorbis 44.1 kHz stereo', 44_100, 2, '-c:a libvorbis -q:a 4 -f ogg', 'ogg'],
  ['MP3 44.1 kHz stereo, 128 kbit/s', 44_100, 2, '-c:a libmp3lame -b:a 128k -f mp3', 'mp3'],
  ['MP4/AAC 48 kHz, 64 kbit/s', 48_000, 1, `-c:a aac -b:a 64k ${fragmented}`, 'mp4'],
  ['ADTS AAC 44.1 kHz stereo, 128 kbit/s', 44_100, 2, '-c:a aac -b:a 128k -f adts', 'aac'],
].map(([name, rate, channels, args, extension]) => ({ name, rate, channels, args: args.split(' '), extension }));

const words =
  'The meeting will start in ten minutes. The children are playing in the garden. Turn off the lights in the living room.';

/** Calls `use` with a function that writes a recording of `seconds` and answers its path; the files are gone afterwards. */
export async function withRecordings(seconds, use) {
  const folder = mkdtempSync(join(tmpdir(), 'live-transcribe-bench-'));
  try {
    const voice = join(folder, 'voice.wav');
    execFileSync('flite', ['-voice', 'slt', '-t', words, '-o', voice]);
    let count = 0;
    return await use(({ rate, channels, args, extension }) => {
      const path = join(folder, `${count++}.${extension}`);
      const source = [
        '-stream_loop',
        '-1',
        '-t',
        String(seconds),
        '-i',
        voice,
        '-ar',
        String(rate),
        '-ac',
        String(channels),
      ];
      execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...source, ...args, '-y', path]);
      return path;
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

export const readBytes = (path) => new Uint8Array(readFileSync(path));
