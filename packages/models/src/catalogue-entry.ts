/** Which of a model's files is which, as its `model.json` names them. */
export type FileRole = 'tokens' | 'model' | 'encoder' | 'decoder' | 'joiner' | 'vocabulary';

/** As its publisher spells it. */
export const speakersRelease = 'speaker-recongition-models';

/** A model that can be had, and what is known of it without having it. */
export interface CatalogueEntry {
  /** Of its folder, and for the command line. */
  readonly name: string;
  /** Its file at its publisher, without `.tar.bz2` or `.onnx`. */
  readonly archive: string;
  /** What that file is; `archive` when absent. */
  readonly form?: 'archive' | 'onnx';
  /** Part of its address: models that do not recognise are published elsewhere. `asr-models` when absent. */
  readonly release?: 'asr-models' | 'punctuation-models' | typeof speakersRelease;
  readonly summary: string;
  /** `offline-` ones hear an utterance as a whole. */
  readonly kind: string;
  /** ISO 639, or `any`. */
  readonly languages: 'any' | readonly string[];
  readonly roles: readonly FileRole[];
  /** Part of the names of its files, where an archive has several versions. */
  readonly variant?: string;
  /** Of the archive, where it is known well; else its server tells. */
  readonly bytes?: number;
  /** Of the archive; where it is not here, the publisher’s list of sums is asked. */
  readonly sha256?: string;
  /** As its makers state it; where it is not here, look at what comes with it. */
  readonly licence?: string;
  /** Seconds to recognise a second of speech, on one core of the machine `measuredOn`. Left out until measured. */
  readonly realTimeFactor?: number;
  readonly measuredOn?: string;
  /** Further members of its `model.json`. */
  readonly settings?: Readonly<Record<string, string | number>>;
}
