/**
 * Runs on the browser's audio thread: gathers what the microphone gives into frames and posts them. Everything else is
 * done elsewhere, because what is late here is heard as a gap. An asset of its own, without imports, loaded by its URL.
 */

/** Long enough to keep messages few, short enough not to be felt. */
const frameMs = 20;

/** What TypeScript's library does not know of a worklet's global scope. */
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

class Capture extends AudioWorkletProcessor {
  readonly #length = Math.round((sampleRate * frameMs) / 1000);
  #frame = new Float32Array(this.#length);
  #filled = 0;
  #live = true;

  constructor() {
    super();
    // The one message from outside asks for the end; what is gathered goes before the answer.
    this.port.onmessage = () => {
      this.#live = false;
      if (this.#filled > 0) this.#post(this.#frame.slice(0, this.#filled));
      this.port.postMessage('ended');
    };
  }

  process([input]: readonly (readonly Float32Array[])[]): boolean {
    // No channel at all: the track is not connected at the moment.
    const samples = input?.[0];
    if (this.#live && samples !== undefined) this.#gather(samples);
    return this.#live;
  }

  #gather(samples: Float32Array): void {
    for (let at = 0; at < samples.length; ) {
      const taken = samples.subarray(at, at + this.#length - this.#filled);
      this.#frame.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled === this.#length) {
        this.#post(this.#frame);
        this.#frame = new Float32Array(this.#length);
        this.#filled = 0;
      }
    }
  }

  #post(frame: Float32Array<ArrayBuffer>): void {
    this.port.postMessage(frame, [frame.buffer]);
  }
}

registerProcessor('live-transcribe-capture', Capture);

export {};
