import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import type { SimulatorFault } from '../src/index.ts';
import { bearer, Client, refusal, silence, simulate, tone } from './support/client.ts';

const midway = { samples: 2_400 };
const completed = 'conversation.item.input_audio_transcription.completed';
const wrong = { type: 'server_error', code: 'oops', message: 'Oops.', param: null };

describe('the simulator misbehaves as it is told', () => {
  it('refuses secrets and sockets as often as ordered', async () => {
    const simulator = await simulate({
      faults: [
        { kind: 'refuse_secret', status: 503, body: '<html>', headers: { 'content-type': 'text/html' }, times: 2 },
        { kind: 'refuse_upgrade', status: 429, body: '{"error":{}}' },
      ],
    });
    const mint = () => fetch(`${simulator.baseUrl}/realtime/client_secrets`, { method: 'POST', ...bearer('sk-any') });
    const answers = [await mint(), await mint(), await mint()];
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 200]);
    expect(answers[0]?.headers.get('content-type')).toBe('text/html');
    expect(await refusal(simulator, bearer('sk-any'))).toEqual({ status: 429, body: { error: {} } });
    await Client.open(simulator);
  });

  it('refuses secrets of the connection that is opened next', async () => {
    const simulator = await simulate({
      faults: [
        { kind: 'refuse_secret', connection: 1, status: 401, body: '{}' },
        { kind: 'expired_secret', connection: 1 },
      ],
    });
    const url = `${simulator.baseUrl}/realtime/client_secrets`;
    const mint = () => fetch(url, { method: 'POST', ...bearer('sk-any') });
    await Client.open(simulator, bearer((await (await mint()).json()).value));
    expect((await mint()).status).toBe(401);
    const { value } = await (await mint()).json();
    expect(await refusal(simulator, bearer(value))).toMatchObject({ status: 401 });
  });

  it.each<[string, SimulatorFault, number]>([
    ['closes', { kind: 'close', at: midway, code: 1011, reason: 'oops' }, 1011],
    ['closes in an utterance', { kind: 'close', at: { speechStarted: 0 }, code: 4000 }, 4000],
    ['drops the connection', { kind: 'drop', at: midway }, 1006],
    ['expires the session', { kind: 'expire_session', at: midway }, 1000],
    ['says an error and closes', { kind: 'send_error', at: midway, error: wrong, close: 1008 }, 1008],
  ])('%s', async (_name, fault, code) => {
    const simulator = await simulate({ faults: [fault] });
    const client = await Client.open(simulator);
    const closed = once(client.socket, 'close');
    client.append(tone(100));
    expect((await closed)[0]).toBe(code);
    await simulator.happened(fault.kind);
  });

  it('says anything, at its moment, on the connection it was ordered for', async () => {
    const text = '<not even JSON>';
    const simulator = await simulate({ faults: [{ kind: 'send', at: 'created', text, connection: 1 }] });
    const [first, second] = [await Client.open(simulator), await Client.open(simulator)];
    first.say({ type: 'input_audio_buffer.clear' });
    expect((await first.until('input_audio_buffer.cleared')).length).toBe(2);
    await second.nextText();
    expect(await second.nextText()).toBe(text);
  });

  it('falls silent while it listens', async () => {
    const simulator = await simulate({ faults: [{ kind: 'stall', at: midway }] });
    const client = await Client.open(simulator);
    client.append(tone(100));
    client.append(tone(100));
    const connection = await simulator.connection(0);
    await connection.heardAtLeast(4_800);
    expect(connection.serverEvents.map(({ type }) => type)).not.toContain(completed);
    expect(connection.serverEvents).toHaveLength(2);
  });

  it('fails, holds and reorders items', async () => {
    let release: (value?: unknown) => void = () => undefined;
    const until = new Promise((resolve) => {
      release = resolve;
    });
    const simulator = await simulate({
      faults: [
        { kind: 'fail_item', item: 0, error: { type: 'server_error', message: 'Oops.' } },
        { kind: 'complete_after', item: 1, after: 2 },
        { kind: 'hold_item', item: 2, part: 'completion', until },
      ],
    });
    const client = await Client.open(simulator);
    client.update({ turn_detection: null });
    for (let count = 0; count < 3; count += 1) {
      client.append(tone(200));
      client.say({ type: 'input_audio_buffer.commit' });
    }
    const connection = await simulator.connection(0);
    await connection.sent('conversation.item.input_audio_transcription.failed');
    await connection.sent('input_audio_buffer.committed', 3);
    release();
    const read = await client.until(completed);
    expect(read.at(-1)).toMatchObject({ transcript: 'simulated utterance 3' });
    expect(await client.next()).toMatchObject({ type: completed, transcript: 'simulated utterance 2' });
  });

  it('refuses settings and commits', async () => {
    const simulator = await simulate({
      faults: [
        { kind: 'refuse_update', error: wrong },
        { kind: 'refuse_commit', error: wrong },
      ],
    });
    const client = await Client.open(simulator);
    client.update({});
    client.append(silence(200));
    client.say({ type: 'input_audio_buffer.commit', event_id: 'mine' });
    const read = [await client.next(), await client.next(), await client.next()];
    expect(read).toMatchObject([
      { type: 'session.created' },
      { type: 'error', error: { code: 'oops' } },
      { type: 'error', error: { code: 'oops', event_id: 'mine' } },
    ]);
  });
});
