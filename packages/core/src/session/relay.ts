import { EngineError } from '../errors.ts';
import type { EngineEvent } from '../ports/engine.ts';
import type { EngineEvents } from '../ports/engine-events.ts';
import type { EngineConnection } from './engine-connection.ts';

/**
 * Brings what the engine says to `heard`, and ends the connection as soon as the engine has ended, even while the
 * session is busy with an utterance: what is written to a dead connection is lost, and it takes audio faster than any
 * other. Never rejects.
 */
export async function relay(
  events: AsyncIterable<EngineEvent>,
  heard: EngineEvents,
  connection: EngineConnection,
): Promise<void> {
  try {
    for await (const event of events) if (!heard.push(event)) await heard.room();
    heard.end();
    connection.end(new EngineError('engine_lost', 'The engine has ended the recognition.'));
  } catch (thrown) {
    heard.fail(thrown);
    connection.end(thrown);
  }
}
