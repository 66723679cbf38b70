/** Streams a file to a gateway and prints what is said in it: node examples/node-file/index.mjs speech.mp3 [address] */
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { file, LiveTranscription } from '@live-transcribe/client';
import { WebSocket } from 'ws';

const [path, url = 'http://localhost:8000/v1/transcriptions'] = process.argv.slice(2);
if (path === undefined) {
  process.stderr.write('Which file?\n');
  process.exit(2);
}

// Node 20 has no WebSocket of its own.
const openSocket = (address, protocols) => new WebSocket(address, protocols);
const live = new LiveTranscription({ url, language: 'en', openSocket });

try {
  await live.start(file(await openAsBlob(path), { label: basename(path) }));
  for await (const event of live) {
    if (event.kind === 'final') process.stdout.write(`${event.start.toFixed(2).padStart(8)}  ${event.text}\n`);
    if (event.kind === 'notice') process.stderr.write(`${event.message}\n`);
  }
} catch (error) {
  process.stderr.write(`${error.message} (${error.code})\n`);
  process.exitCode = 1;
}
