/**
 * A process of one decoder for one recognition. Its parent starts it ahead of time, and ends it afterwards: the next
 * recognition gets a fresh one, so that no speaker colours the next. A crash of the C library ends nothing else.
 */
import type { FromWorker, ToWorker } from './messages.ts';
import { openPocketSphinx } from './pocketsphinx.ts';
import { Utterances } from './utterances.ts';

const tell = (message: FromWorker): void => void process.send?.(message);

let utterances: Utterances | undefined;

function obey(message: ToWorker): void {
  switch (message.kind) {
    case 'open':
      utterances = new Utterances(openPocketSphinx(message), (event) => tell({ kind: 'event', event }));
      return tell({ kind: 'ready' });
    case 'audio':
      utterances?.hear(message.samples);
      return tell({ kind: 'heard', samples: message.samples.length });
    case 'commit':
      return utterances?.commit();
    case 'clear':
      return utterances?.clear();
    case 'finish':
      utterances?.finish();
      return tell({ kind: 'finished' });
    default:
      message satisfies never;
  }
}

// Only the parent has the other end of this channel, and both come from the same build: what it sends is a `ToWorker`.
process.on('message', (message: ToWorker) => {
  try {
    obey(message);
  } catch (error) {
    tell({ kind: 'broken', message: error instanceof Error ? error.message : String(error) });
  }
});
process.on('disconnect', () => process.exit());
