/**
 * The least relay that `ws` allows: audio to base64 and on, a delta parsed and on. It keeps nothing, converts nothing, and
 * survives nothing. Arguments: the port, and the upstream's.
 */
import { WebSocket, WebSocketServer } from 'ws';

const [port, upstreamPort] = process.argv.slice(2).map(Number);
const session = { type: 'transcription', audio: { input: { format: { type: 'audio/pcm', rate: 16_000 } } } };
const server = new WebSocketServer({ port, host: '127.0.0.1', perMessageDeflate: false });

server.on('connection', (client) => {
  const upstream = new WebSocket(`ws://127.0.0.1:${upstreamPort}/v1/realtime`, { perMessageDeflate: false });
  let text = '';
  upstream.on('message', (data) => {
    if (!Buffer.isBuffer(data)) return;
    const event = JSON.parse(data.toString());
    switch (event.type) {
      case 'conversation.item.input_audio_transcription.delta':
        text += event.delta;
        client.send(JSON.stringify({ partial: text }));
        return;
      case 'conversation.item.input_audio_transcription.completed':
        text = '';
        client.send(JSON.stringify({ final: event.transcript }));
        return;
      case 'session.created':
        upstream.send(JSON.stringify({ type: 'session.update', session }));
        return;
      case 'session.updated':
        client.send(JSON.stringify({ session_id: 'bare' }));
        return;
    }
  });
  client.on('message', (data, isBinary) => {
    if (isBinary && Buffer.isBuffer(data))
      upstream.send(`{"type":"input_audio_buffer.append","audio":"${data.toString('base64')}"}`);
  });
  client.on('close', () => upstream.terminate());
});
process.on('SIGTERM', () => process.exit());
