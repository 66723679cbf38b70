import { z } from 'zod';
import type { Rings } from '../observe/rings.ts';
import { text, wholeNumber } from './query.ts';
import { errorAnswer, type Routes } from './route.ts';

const seconds = z.number().min(0);
const common = { t: z.number().describe('Seconds since 1970.'), session_id: z.string() };

const chunks = z.object({
  ...common,
  bytes: z.int(),
  start_s: seconds,
  end_s: seconds,
  peak: z.number().optional().describe('Part of full scale.'),
  rms: z.number().optional().describe('Part of full scale.'),
});

const texts = z.object({
  ...common,
  type: z.string(),
  text: z.string(),
  ts: z.object({ start_s: seconds, end_s: seconds }).nullable(),
  event: z.string(),
});

const query = z.object({
  limit: wholeNumber(1, 1_000).default(50).describe('At most so many, the latest.'),
  session_id: text(100).optional().describe('Of one session only.'),
});

/** What came in and what went out in the last moments. */
export function addDebugRoutes(routes: Routes, rings: Rings): void {
  const kinds = [
    ['/debug/front-chunks', 'Audio from clients', chunks, rings.frontChunks],
    ['/debug/openai-chunks', 'Audio to the engine', chunks, rings.engineChunks],
    ['/debug/openai-text', 'Texts from the engine', texts, rings.engineText],
    ['/debug/front-text', 'Texts to clients', texts, rings.frontText],
  ] as const;
  for (const [path, what, entry, ring] of kinds) {
    routes.add(
      {
        method: 'GET',
        path,
        says: `${what}, oldest first.`,
        access: ['debug'],
        query,
        answers: {
          200: { says: 'The latest.', json: z.object({ items: z.array(entry) }) },
          422: { says: 'A parameter has a value that is not allowed.', json: errorAnswer },
        },
      },
      ({ query: { limit, session_id } }) => ({ items: ring.latest(limit, session_id) }),
    );
  }
}
