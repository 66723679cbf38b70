import { createPocketSphinxEngine, findPocketSphinx } from '@live-transcribe/engine-pocketsphinx';
import { childProcesses, describeWith, speak, speechToolsMissing } from '@live-transcribe/testkit';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startTestGateway } from './test-gateway.ts';
import { pcm16, WireClient } from './wire-client.ts';

const found = findPocketSphinx();
const missing = [speechToolsMissing(), 'missing' in found ? found.missing : undefined];
const spoken = 'The meeting will start in ten minutes. The children are playing in the garden.';

describeWith(missing, 'the embedded recogniser behind /ws', {}, () => {
  let gateway: Awaited<ReturnType<typeof startTestGateway>>;
  beforeAll(async () => {
    if ('missing' in found) throw new Error(found.missing);
    const engine = createPocketSphinxEngine({ files: found, warn: () => undefined });
    gateway = await startTestGateway({ engine, plainLanguage: 'en' });
  });
  afterAll(() => gateway.close());

  /** How many engine connections the latest session has had: each begins at 0 s. */
  async function connections(): Promise<number> {
    const get = async (ring: string) => (await fetch(`http://127.0.0.1:${gateway.port}/debug/${ring}`)).json();
    const { items: front } = await get('front-chunks?limit=1');
    const { items: chunks } = await get(`openai-chunks?limit=1000&session_id=${front[0].session_id}`);
    return chunks.filter(({ start_s }: { start_s: number }) => start_s === 0).length;
  }

  /** The finals of the speech, whose decoder is killed when the client has read `killAfter` partials. */
  async function transcribe(killAfter?: number): Promise<unknown[]> {
    const client = await WireClient.open(gateway.port, '/ws');
    const samples = await speak(spoken, { leadMs: 500, trailMs: 1_000 });
    const half = Math.floor(samples.length / 2);
    client.send(pcm16(samples.subarray(0, half)));
    if (killAfter !== undefined) {
      await client.next('type', () => client.messages.filter(({ type }) => type === 'partial').length >= killAfter);
      // The decoders: the oldest is the one at work, the other is kept ready.
      process.kill(Math.min(...childProcesses()), 'SIGKILL');
    }
    client.send(pcm16(samples.subarray(half)));
    client.send({ type: 'stop' });
    expect((await client.closed).code).toBe(1000);
    expect(client.messages.filter(({ type }) => type === 'error')).toEqual([]);
    expect(await connections()).toBe(killAfter === undefined ? 1 : 2);
    return client.messages.filter(({ type }) => type === 'final').map(({ text }) => text);
  }

  it('gives every word once, also when its decoder is killed in the middle of an utterance', async () => {
    const undisturbed = await transcribe();
    expect(undisturbed.join(' ')).toBe('the meeting will start in ten minutes the children are playing in the garden');
    for (const killAfter of [1, 4]) {
      const words = (await transcribe(killAfter)).join(' ');
      expect(words, `killed after ${killAfter} partials`).toBe(undisturbed.join(' '));
    }
  });
});
