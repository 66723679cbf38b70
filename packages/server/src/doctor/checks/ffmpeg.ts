import { FfmpegCodecs } from '@live-transcribe/codec-ffmpeg';
import type { Config } from '../../config/settings.ts';
import { type Finding, ok, warning } from '../finding.ts';

const check = 'ffmpeg';

/** `searchPath`: where it is looked for, as in `PATH`. */
export async function checkFfmpeg(
  { ffmpegPath, ffmpegProcesses }: Config,
  searchPath: string | undefined,
): Promise<readonly Finding[]> {
  if (ffmpegProcesses === 0) return [ok(check, 'FFMPEG_PROCESSES=0: AAC is not decoded.')];
  const ffmpeg = new FfmpegCodecs({
    path: ffmpegPath,
    maxProcesses: 1,
    ...(searchPath !== undefined && { searchPath }),
  });
  try {
    if (await ffmpeg.available()) return [ok(check, `${ffmpegPath} runs: AAC can be decoded.`)];
  } finally {
    await ffmpeg.close();
  }
  const mend = 'apt-get install ffmpeg, or set FFMPEG_PATH; FFMPEG_PROCESSES=0 if no client sends AAC.';
  return [warning(check, `There is no ${ffmpegPath} that runs: AAC (Safari’s recordings) cannot be decoded.`, mend)];
}
