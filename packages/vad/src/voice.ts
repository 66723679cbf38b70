import fvad, { type FvadModule } from '@echogarden/fvad-wasm';
import { framePoints } from './bands.ts';

/**
 * How sceptical the vendor's detector is, 0 to 3. Measured where it must agree before an utterance begins: 3 misses the soft
 * onset of a word in clean speech, 0 takes a hiss that comes and goes for speech, which 2 half refuses.
 */
const mode = 2;

interface Loaded {
  readonly module: FvadModule;
  /** Where a frame is put for the moment of asking; calls do not overlap, so all detectors share it. */
  readonly frame: number;
}

let loading: Promise<Loaded> | undefined;

/** One instance, and one memory, for the whole process; a failure is not kept, so the next one tries again. */
function load(): Promise<Loaded> {
  loading ??= instantiate().catch((cause: unknown) => {
    loading = undefined;
    throw new Error('The voice detector (fvad) could not be loaded.', { cause });
  });
  return loading;
}

async function instantiate(): Promise<Loaded> {
  const module = await fvad();
  const frame = module._malloc(framePoints * Int16Array.BYTES_PER_ELEMENT);
  if (frame === 0) throw new Error('It has no room for a frame.');
  return { module, frame };
}

/** WebRTC's voice detector (libfvad), which knows what voices sound like: 744 bytes of its memory each. */
export class Voice {
  readonly #loaded: Loaded;
  #detector: number;

  private constructor(loaded: Loaded, detector: number) {
    this.#loaded = loaded;
    this.#detector = detector;
  }

  static async open(): Promise<Voice> {
    const loaded = await load();
    const detector = loaded.module._fvad_new();
    if (detector === 0) throw new Error('The voice detector (fvad) has no room for another stream.');
    loaded.module._fvad_set_mode(detector, mode);
    return new Voice(loaded, detector);
  }

  /** Whether a frame of 10 ms at 8 kHz sounds like a voice. Frames must come in order. */
  hears(points: Int16Array): boolean {
    if (this.#detector === 0) return false;
    const { module, frame } = this.#loaded;
    module.HEAP16.set(points, frame / Int16Array.BYTES_PER_ELEMENT);
    return module._fvad_process(this.#detector, frame, points.length) === 1;
  }

  free(): void {
    if (this.#detector !== 0) this.#loaded.module._fvad_free(this.#detector);
    this.#detector = 0;
  }
}
