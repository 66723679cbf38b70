import { startTestGateway } from '../test-gateway.ts';
import { type Message, pcm16, WireClient } from '../wire-client.ts';
import { rate } from './fault-recording.ts';
import { chunks } from './fault-run.ts';
import type { HeardFinal } from './fault-verdict.ts';
import { openWorld, type World, type WorldOptions } from './fault-world.ts';

/** What a client of the gateway has seen. */
export interface GatewayOutcome extends Pick<World, 'mode' | 'recording' | 'met'> {
  readonly messages: readonly Message[];
  readonly finals: readonly HeardFinal[];
  readonly closeCode: number;
}

/** One recording through a client's socket, the gateway and the engine to the service. */
export async function runGateway(options: WorldOptions): Promise<GatewayOutcome> {
  const world = await openWorld(options);
  const { mode, recording, engine, clock } = world;
  const gateway = await startTestGateway({ engine, clock });
  const client = await WireClient.open(gateway.port, '/v1/transcriptions');
  try {
    client.send({ action: 'start', language: 'sv', encoding: 'pcm16', sample_rate: rate });
    await client.next('session_id');
    const speaking = speak(client, world);
    const [closed] = await world.until(Promise.all([client.closed, speaking]), () => client.messages.length);
    const { messages } = client;
    return { mode, recording, met: world.met, messages, finals: finalsOf(messages), closeCode: closed.code };
  } finally {
    client.socket.terminate();
    await gateway.close();
    await world.close();
  }
}

async function speak(client: WireClient, { recording, plan, random, clock }: World): Promise<void> {
  for (const chunk of chunks(recording, random)) {
    client.send(pcm16(chunk));
    if (plan.live) clock.advance((chunk.length / rate) * 1000);
    if (plan.live || random() < 0.2) await new Promise((resolve) => setImmediate(resolve));
  }
  client.send({ action: 'stop' });
}

const finalsOf = (messages: readonly Message[]): HeardFinal[] =>
  messages
    .filter((message) => 'final' in message)
    .map(({ final, start, end }) => ({
      text: String(final),
      start: Number(start) * 1000,
      end: Number(end) * 1000,
    }));
