import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { z } from 'zod';

const ticketShape = z.object({
  url: z.string(),
  validator: z.string().optional(),
  total: z.number().int().nonnegative().optional(),
});

/** What a server has said about the file whose first bytes are here. */
export interface Ticket {
  readonly url: string;
  /** Its ETag or time of change: as long as it is the same, so are the bytes. */
  readonly validator: string | undefined;
  readonly total: number | undefined;
}

/** The beginning of a file, as an earlier attempt has left it. */
export interface Part {
  readonly bytes: number;
  readonly validator: string | undefined;
  readonly total: number | undefined;
}

const nothing: Part = { bytes: 0, validator: undefined, total: undefined };
const ticketOf = (file: string): string => `${file}.json`;

/** What is here of `file`, if it came from `url`. */
export async function readPart(file: string, url: string): Promise<Part> {
  const ticket = await readTicket(file);
  if (ticket === undefined || ticket.url !== url) return nothing;
  const bytes = await sizeOf(file);
  return { bytes, validator: ticket.validator, total: ticket.total };
}

async function readTicket(file: string): Promise<z.output<typeof ticketShape> | undefined> {
  try {
    return ticketShape.parse(JSON.parse(await readFile(ticketOf(file), 'utf8')));
  } catch {
    // None, or half of one: then the file begins anew.
    return undefined;
  }
}

export async function writeTicket(file: string, ticket: Ticket): Promise<void> {
  const path = ticketOf(file);
  await writeFile(`${path}.new`, JSON.stringify(ticket));
  await rename(`${path}.new`, path);
}

export async function dropPart(file: string): Promise<void> {
  await rm(file, { force: true });
  await rm(ticketOf(file), { force: true });
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}
