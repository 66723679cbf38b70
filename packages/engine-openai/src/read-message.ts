import { parseJson } from './http-fault.ts';
import { readServerEvent, type ServerEvent } from './server-events.ts';
import type { UpstreamWarnings } from './upstream-warnings.ts';

/** What a message of the service says that is needed here; anything that is not as agreed is warned about. */
export function readMessage(text: string, warnings: UpstreamWarnings): ServerEvent | undefined {
  const reading = readServerEvent(parseJson(text));
  switch (reading.kind) {
    case 'event':
      return reading.event;
    case 'unneeded':
      return undefined;
    case 'unknown':
      warnings.unknown(reading.type);
      return undefined;
    case 'malformed': {
      const { type, problem, itemId: item_id } = reading;
      warnings.malformed(type, problem, text);
      // An outcome that cannot be read is an outcome still: others wait for their turn behind this item.
      if (item_id === undefined || type !== 'conversation.item.input_audio_transcription.completed') return undefined;
      return { type: 'conversation.item.input_audio_transcription.failed', item_id, error: { message: problem } };
    }
    default:
      return reading satisfies never;
  }
}
