import { Transform } from 'node:stream';
import unbzip2 from 'unbzip2-stream';
import { ModelsError } from './models-error.ts';

/**
 * bzip2 to what is in it. The decoder is a stream of the first generation that answers within `write`; here it is wrapped
 * into one that holds back its source and ends with an error, once.
 */
export function bunzip(): Transform {
  const decoder = unbzip2();
  let fault: Error | undefined;
  const outlet = new Transform({
    transform: (bytes: Buffer, _, done) => {
      decoder.write(bytes);
      done(fault);
    },
    flush: (done) => {
      decoder.end();
      done(fault);
    },
  });
  decoder.on('data', (bytes: Buffer) => outlet.push(bytes));
  decoder.on('error', (cause: unknown) => {
    fault ??= new ModelsError('bad_archive', 'The archive is damaged: it is not bzip2 from its beginning to its end.', {
      cause,
    });
  });
  return outlet;
}
