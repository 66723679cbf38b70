import { vi } from 'vitest';
// Not for others to use, and yet what is to be measured: how much memory a session's audio takes.
import { ReplayRing } from '../../../core/src/session/replay-ring.ts';

/** Measures all rings there are until `end`. */
export function watchRings(): { readonly largest: number; end(): void } {
  let largest = 0;
  const { append } = ReplayRing.prototype;
  const spy = vi.spyOn(ReplayRing.prototype, 'append');
  spy.mockImplementation(function (this: ReplayRing, samples) {
    // Every call is remembered otherwise, with its audio.
    spy.mockClear();
    const taken = append.call(this, samples);
    largest = Math.max(largest, this.size);
    return taken;
  });
  return {
    /** In samples. */
    get largest() {
      return largest;
    },
    end: () => spy.mockRestore(),
  };
}
