import { describe, expect, it } from 'vitest';
import { readServerEvent } from '../src/server-events.ts';

const type = 'conversation.item.input_audio_transcription.delta';
const item_id = 'item_1';

describe('a delta', () => {
  it.each([
    { type, item_id, delta: ' word' },
    { type, item_id, delta: '' },
    { type, item_id },
    { type, item_id, delta: 'x', event_id: 'event_1', content_index: 0, logprobs: null, obfuscation: 'y' },
  ])('is read: %j', (json) => {
    const { delta } = json;
    expect(readServerEvent(json)).toMatchObject({ kind: 'event', event: { type, item_id, ...(delta && { delta }) } });
  });

  it.each([
    [{ type, delta: 'x' }, undefined],
    [{ type, item_id: 7, delta: 'x' }, undefined],
    [{ type, item_id: null, delta: 'x' }, undefined],
    [{ type, item_id, delta: 7 }, item_id],
    [{ type, item_id, delta: null }, item_id],
    [{ type, item_id, delta: ['x'] }, item_id],
  ])('is malformed, and says of which item: %j', (json, itemId) => {
    expect(readServerEvent(json)).toEqual({ kind: 'malformed', type, itemId, problem: expect.any(String) });
  });

  it.each([undefined, null, 'delta', 7, [type], [{ type, item_id }], {}, { item_id }, { type: [type], item_id }])(
    'is not %j',
    (json) => {
      expect(readServerEvent(json)).toMatchObject({ kind: 'malformed', type: '(none)' });
    },
  );

  it('is not what another event says of itself', () => {
    const json = {
      type: 'conversation.item.input_audio_transcription.completed',
      item_id,
      transcript: 'x',
      delta: 'y',
    };
    expect(readServerEvent(json)).toEqual({
      kind: 'event',
      event: { type: json.type, item_id, transcript: 'x' },
    });
  });
});
