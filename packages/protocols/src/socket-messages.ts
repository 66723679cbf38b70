import type { z } from 'zod';

/** The text messages of one socket, by name; each schema is described. Audio is binary and stands beside them. */
export interface SocketMessages {
  readonly path: string;
  readonly client: Readonly<Record<string, z.ZodType>>;
  readonly server: Readonly<Record<string, z.ZodType>>;
}
