/**
 * The least server of OpenAI's Realtime protocol that keeps a relay busy: a delta for each append, a completed item after
 * each second of audio. It looks at no audio, so that it is never what is measured. Arguments: the port.
 *
 * A delta's text is the number of the last chunk of 100 ms that has come: by it a client knows what is answered.
 */
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const [port] = process.argv.slice(2).map(Number);
const appendFrame = '{"type":"input_audio_buffer.append","audio":"'.length + '"}'.length;
const chunksPerItem = 10;
const transcription = 'conversation.item.input_audio_transcription';

/** By the length of its base64, whose last characters may be padding. */
function audioBytes(append) {
  const padding = [3, 4].filter((fromEnd) => append.at(-fromEnd) === '='.charCodeAt(0)).length;
  return ((append.length - appendFrame) * 3) / 4 - padding;
}

const http = createServer((request, response) => {
  request.resume().on('end', () => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ value: 'ek_benchmark', expires_at: 2_000_000_000, session: {} }));
  });
});
const server = new WebSocketServer({ server: http, perMessageDeflate: false });

let connections = 0;
server.on('connection', (socket) => {
  let chunkBytes = 0;
  let bytes = 0;
  let items = 0;
  // People do not fall silent all in the same tenth of a second.
  let itemEnds = 1 + (connections++ % chunksPerItem);
  const say = (event) => socket.send(JSON.stringify({ event_id: 'event_CJ2z8xTnb5tJXXXXXXXXXX', ...event }));
  const itemId = () => `item_CJ2z8xTnb5tJ${items}`;
  const heard = () => {
    const chunk = Math.ceil(bytes / chunkBytes);
    say({ type: `${transcription}.delta`, item_id: itemId(), content_index: 0, delta: ` ${chunk}` });
    if (chunk < itemEnds) return;
    itemEnds += chunksPerItem;
    const previous = items === 0 ? null : `item_CJ2z8xTnb5tJ${items - 1}`;
    say({ type: 'input_audio_buffer.committed', item_id: itemId(), previous_item_id: previous });
    const usage = { type: 'duration', seconds: 1 };
    say({
      type: `${transcription}.completed`,
      item_id: itemId(),
      content_index: 0,
      transcript: `Until ${chunk}.`,
      usage,
    });
    items += 1;
  };
  socket.on('message', (data) => {
    if (!Buffer.isBuffer(data)) return;
    // Appends are long, and parsing them is the cost that this server has not.
    if (data.length > 1_000 || data.includes('.append')) {
      bytes += audioBytes(data);
      return heard();
    }
    const { type, session } = JSON.parse(data.toString());
    if (type !== 'session.update') return;
    chunkBytes = (session.audio.input.format.rate / 10) * 2;
    say({ type: 'session.updated', session });
  });
  say({ type: 'session.created', session: {} });
});
http.listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit());
