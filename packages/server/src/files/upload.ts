import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { MultipartFile } from '@fastify/multipart';
import { ClientError } from '@live-transcribe/core';
import type { FastifyRequest } from 'fastify';
import type { FormFields } from './file-form.ts';

export interface Upload {
  readonly path: string;
  readonly bytes: number;
  readonly fields: FormFields;
  /** Removes the file. */
  free(): Promise<void>;
}

const mostFields = 64;
const longestField = 64 * 1024;
const longestName = 200;

/**
 * A form with a file, which is put on the disk: its fields may come after it, and the index of an MP4 stands where it likes.
 * `mostBytes` bounds the file. Throws `ClientError`; nothing is left behind then.
 */
export async function receiveUpload(request: FastifyRequest, mostBytes: number): Promise<Upload> {
  if (!request.isMultipart()) {
    throw new ClientError('bad_message', 'Send a form (multipart/form-data) with the audio in its field "file".');
  }
  const folder = await mkdtemp(join(tmpdir(), 'live-transcribe-upload-'));
  const free = () => rm(folder, { recursive: true, force: true });
  try {
    const path = join(folder, 'audio');
    const fields = await readForm(request, path, mostBytes);
    const { size: bytes } = await stat(path);
    if (bytes === 0) throw new ClientError('bad_audio', 'The file is empty.');
    return { path, bytes, fields, free };
  } catch (thrown) {
    await free();
    throw thrown;
  }
}

async function readForm(request: FastifyRequest, path: string, mostBytes: number): Promise<FormFields> {
  const fields = new Map<string, string[]>();
  let hasFile = false;
  const limits = {
    fileSize: mostBytes,
    files: 1,
    fields: mostFields,
    fieldSize: longestField,
    fieldNameSize: longestName,
  };
  try {
    for await (const part of request.parts({ limits })) {
      if (part.type === 'file') {
        await keep(part, path, mostBytes);
        hasFile = true;
      } else {
        fields.set(part.fieldname, [...(fields.get(part.fieldname) ?? []), String(part.value)]);
      }
    }
  } catch (thrown) {
    throw asFormFault(thrown);
  }
  if (!hasFile) throw new ClientError('bad_value', 'The form has no field "file" with the audio in it.');
  return fields;
}

async function keep(part: MultipartFile, path: string, mostBytes: number): Promise<void> {
  if (part.fieldname !== 'file') {
    throw new ClientError(
      'bad_value',
      `The audio must be in the field "file", not in "${part.fieldname.slice(0, 40)}".`,
    );
  }
  await pipeline(part.file, createWriteStream(path));
  if (part.file.truncated) {
    throw new ClientError('message_too_big', `A file may have at most ${Math.floor(mostBytes / 2 ** 20)} MiB.`);
  }
}

/** What is wrong with the form itself: too many parts, a part that is cut off. */
function asFormFault(thrown: unknown): unknown {
  const isTheirs = thrown instanceof Error && 'statusCode' in thrown && Number(thrown.statusCode) < 500;
  return isTheirs
    ? new ClientError('bad_message', `The form could not be read: ${thrown.message}.`, { cause: thrown })
    : thrown;
}
