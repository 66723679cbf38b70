export { FfmpegCodecs, type FfmpegOptions } from './ffmpeg-codecs.ts';
