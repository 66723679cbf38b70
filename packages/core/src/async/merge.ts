import { Bell } from './bell.ts';

type Arrival<T> =
  | { readonly source: AsyncIterator<T>; readonly result: IteratorResult<T> }
  | { readonly source: AsyncIterator<T>; readonly error: unknown };

/**
 * The values of several sources in the order of their arrival, until all have ended; what one throws ends it. A source
 * is asked for its next value when its last one has been read, so that no more than one of each waits here. A source
 * that is waiting when the reader leaves must be ended by its owner.
 */
export async function* merge<T>(...iterables: readonly AsyncIterable<T>[]): AsyncGenerator<T, void, undefined> {
  const bell = new Bell();
  const arrivals: Arrival<T>[] = [];
  const arrive = (arrival: Arrival<T>) => {
    arrivals.push(arrival);
    bell.ring();
  };
  const ask = (source: AsyncIterator<T>) =>
    void source.next().then(
      (result) => arrive({ source, result }),
      (error: unknown) => arrive({ source, error }),
    );
  const sources = new Set(iterables.map((iterable) => iterable[Symbol.asyncIterator]()));
  for (const source of sources) ask(source);
  try {
    while (sources.size > 0) {
      const arrival = arrivals.shift();
      if (!arrival) await bell.wait();
      else if ('error' in arrival) throw arrival.error;
      else if (arrival.result.done) sources.delete(arrival.source);
      else {
        yield arrival.result.value;
        ask(arrival.source);
      }
    }
  } finally {
    // Not awaited: a generator that is waiting for something returns when that has come. Its error would be nobody's.
    for (const source of sources) source.return?.().catch(() => undefined);
  }
}
