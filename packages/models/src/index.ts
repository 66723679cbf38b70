export { publishedSha256, sha256Of } from './checksum.ts';
export type { DownloadOptions, Progress } from './download.ts';
export { download } from './download.ts';
export type { ModelsErrorCode } from './models-error.ts';
export { ModelsError } from './models-error.ts';
export type { Patience } from './patience.ts';
export { usualPatience } from './patience.ts';
export type { UnpackLimits, UnpackOptions } from './unpack.ts';
export { unpack } from './unpack.ts';
