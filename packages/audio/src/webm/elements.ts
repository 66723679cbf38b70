/** The elements of Matroska and WebM that matter here (RFC 9559, 5.1); all others are skipped. */
export const id = {
  ebml: 0x1a45dfa3,
  docType: 0x4282,
  segment: 0x18538067,
  seekHead: 0x114d9b74,
  info: 0x1549a966,
  timestampScale: 0x2ad7b1,
  tracks: 0x1654ae6b,
  trackEntry: 0xae,
  trackNumber: 0xd7,
  trackType: 0x83,
  codecId: 0x86,
  codecPrivate: 0x63a2,
  codecDelay: 0x56aa,
  contentEncodings: 0x6d80,
  audio: 0xe1,
  samplingFrequency: 0xb5,
  channels: 0x9f,
  bitDepth: 0x6264,
  cluster: 0x1f43b675,
  timestamp: 0xe7,
  simpleBlock: 0xa3,
  blockGroup: 0xa0,
  block: 0xa1,
  discardPadding: 0x75a2,
  cues: 0x1c53bb6b,
  chapters: 0x1043a770,
  attachments: 0x1941a469,
  tags: 0x1254c367,
} as const;

/** The place of elements that are inside no other. */
export const root = 0;

/**
 * What the reader does with an element: `enter` its children, keep its `value` whole, pass a `stream` on as it arrives, or
 * `skip` it.
 */
export type Treatment = 'enter' | 'value' | 'stream' | 'skip';

export interface ElementRow {
  readonly parent: number;
  readonly treatment: Treatment;
  /** The only two that live recorders write without a size (RFC 9559, 5.1). */
  readonly mayBeEndless?: boolean;
}

/** Depth is bounded by this table: an element is entered only below its own parent. */
export const elements: ReadonlyMap<number, ElementRow> = new Map<number, ElementRow>([
  [id.ebml, { parent: root, treatment: 'enter' }],
  [id.docType, { parent: id.ebml, treatment: 'value' }],
  [id.segment, { parent: root, treatment: 'enter', mayBeEndless: true }],
  [id.seekHead, { parent: id.segment, treatment: 'skip' }],
  [id.info, { parent: id.segment, treatment: 'enter' }],
  [id.timestampScale, { parent: id.info, treatment: 'value' }],
  [id.tracks, { parent: id.segment, treatment: 'enter' }],
  [id.trackEntry, { parent: id.tracks, treatment: 'enter' }],
  [id.trackNumber, { parent: id.trackEntry, treatment: 'value' }],
  [id.trackType, { parent: id.trackEntry, treatment: 'value' }],
  [id.codecId, { parent: id.trackEntry, treatment: 'value' }],
  [id.codecPrivate, { parent: id.trackEntry, treatment: 'value' }],
  [id.codecDelay, { parent: id.trackEntry, treatment: 'value' }],
  [id.contentEncodings, { parent: id.trackEntry, treatment: 'enter' }],
  [id.audio, { parent: id.trackEntry, treatment: 'enter' }],
  [id.samplingFrequency, { parent: id.audio, treatment: 'value' }],
  [id.channels, { parent: id.audio, treatment: 'value' }],
  [id.bitDepth, { parent: id.audio, treatment: 'value' }],
  [id.cluster, { parent: id.segment, treatment: 'enter', mayBeEndless: true }],
  [id.timestamp, { parent: id.cluster, treatment: 'value' }],
  [id.simpleBlock, { parent: id.cluster, treatment: 'stream' }],
  [id.blockGroup, { parent: id.cluster, treatment: 'enter' }],
  [id.block, { parent: id.blockGroup, treatment: 'stream' }],
  [id.discardPadding, { parent: id.blockGroup, treatment: 'value' }],
  [id.cues, { parent: id.segment, treatment: 'skip' }],
  [id.chapters, { parent: id.segment, treatment: 'skip' }],
  [id.attachments, { parent: id.segment, treatment: 'skip' }],
  [id.tags, { parent: id.segment, treatment: 'skip' }],
]);
