/**
 * A server that shares a SQLite file: its sessions speak one after the other, and each event is told on stdout as
 * `<session> <seq>` when it is kept. A session that is taken over is told as `<session> fenced`.
 * Arguments: the file, the beginning of the names of its sessions, how many there are.
 */
import { openSqliteStore } from '@live-transcribe/store-sql';

const [file, prefix, count] = process.argv.slice(2);
const store = await openSqliteStore({ file });
const recognition = { language: 'en', model: 'm', prompt: undefined, words: false };

/** What is told is written when this resolves: a process that is killed has told all that it was told itself. */
const tell = (line) => new Promise((resolve) => process.stdout.write(`${line}\n`, resolve));

function eventAt(session, seq) {
  if (seq === 1) return { kind: 'opened', session, engine: 'e', model: 'm', language: 'en', seq };
  // A session ends now and then and goes on, so that its words move into the search index and back.
  if (seq % 10 === 8) return { kind: 'closed', duration: seq * 1_000, segments: seq, seq };
  if (seq % 10 === 9) return { kind: 'resumed', at: seq * 1_000, engine: 'e', model: 'm', language: 'en', seq };
  const text = `words number${seq} of ${session}`;
  return { kind: 'final', segment: seq, start: seq * 1_000, end: seq * 1_000 + 900, text, vendorEvent: 'v', seq };
}

async function speak(session) {
  const claim = await store.create({ id: session, startedAt: Date.now(), recognition, resumable: true });
  for (let seq = 1; ; seq += 1) {
    try {
      await store.append(claim, [eventAt(session, seq)]);
    } catch (error) {
      await tell(`${session} ${error.code === 'store_fenced' ? 'fenced' : error.message}`);
      return;
    }
    await tell(`${session} ${seq}`);
    // Else timers and signals would wait for ever: SQLite is synchronous.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

await Promise.all(Array.from({ length: Number(count) }, (_, index) => speak(`${prefix}${index}`)));
await store.close();
