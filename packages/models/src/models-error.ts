/**
 * What went wrong with a model: `unknown`, no such model; `damaged`, an installed one that is not what it was; `unreachable`,
 * nobody answers or not in time; `refused`, the answer is not a model; `wrong_bytes`, it is another file than it should be;
 * `bad_archive`, it cannot be unpacked safely; `no_space`, `no_rights`, the disk; `in_the_way`, something else is there;
 * `busy`, somebody else works on it; `aborted`, it was asked to stop.
 */
export type ModelsErrorCode =
  | 'unknown'
  | 'damaged'
  | 'unreachable'
  | 'refused'
  | 'wrong_bytes'
  | 'bad_archive'
  | 'no_space'
  | 'no_rights'
  | 'in_the_way'
  | 'busy'
  | 'aborted';

/** Its message is a sentence for people: what was wrong, what was expected, what to do. */
export class ModelsError extends Error {
  readonly code: ModelsErrorCode;
  /** Whether the same request may succeed a little later. */
  readonly retryable: boolean;
  /** What a server asks to wait before that, in ms. */
  readonly retryAfterMs: number | undefined;

  constructor(
    code: ModelsErrorCode,
    message: string,
    options: {
      readonly cause?: unknown;
      readonly retryable?: boolean;
      readonly retryAfterMs?: number | undefined;
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'ModelsError';
    this.code = code;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

const diskFaults: Record<string, readonly [ModelsErrorCode, string]> = {
  ENOSPC: ['no_space', 'there is no space left on the disk'],
  EDQUOT: ['no_space', 'the quota of disk space is used up'],
  EFBIG: ['no_space', 'files may not become so large here'],
  EACCES: ['no_rights', 'this user may not write there'],
  EPERM: ['no_rights', 'this user may not write there'],
  EROFS: ['no_rights', 'the file system is read-only'],
  ENOTDIR: ['in_the_way', 'there is a file where a folder should be'],
  EISDIR: ['in_the_way', 'there is a folder where a file should be'],
};

/** A fault of the disk as a sentence about `path`; anything else as it is. */
export function asDiskFault(thrown: unknown, path: string): unknown {
  const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
  const known = diskFaults[code];
  if (known === undefined) return thrown;
  return new ModelsError(known[0], `${path} cannot be written: ${known[1]}.`, { cause: thrown });
}

export const aborted = (cause?: unknown): ModelsError =>
  new ModelsError('aborted', 'Stopped. What has arrived is kept, and the next time continues from there.', { cause });
