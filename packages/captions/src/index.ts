export type { CaptionSegment, CaptionWord } from './segment.ts';
export { toSrt } from './srt.ts';
export { toText } from './text.ts';
export { toVtt } from './vtt.ts';
export { type TimedWord, timedWords } from './words.ts';
