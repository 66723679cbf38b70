/** What TypeScript's library does not know of a worklet's global scope. */
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/**
 * Runs on the browser's audio thread: gathers what the microphone gives into frames of 20 ms and posts them. Everything
 * else is done elsewhere, because what is late here is heard as a gap. It may run from its own text, so it uses nothing
 * from outside of itself, nor any syntax for which a compiler might want a helper.
 */
export function defineCapture(): void {
  const length = Math.round(sampleRate / 50);

  class Capture extends AudioWorkletProcessor {
    constructor() {
      super();
      const { port } = this;
      let frame = new Float32Array(length);
      let filled = 0;
      let live = true;

      const post = (samples: Float32Array<ArrayBuffer>) => port.postMessage(samples, [samples.buffer]);
      // The one message from outside asks for the end; what is gathered goes before the answer.
      port.onmessage = () => {
        live = false;
        if (filled > 0) post(frame.slice(0, filled));
        port.postMessage('ended');
      };

      const process = (inputs: readonly (readonly Float32Array[])[]): boolean => {
        // No input or channel at all: the track is not connected at the moment.
        const samples = live ? inputs[0]?.[0] : undefined;
        for (let at = 0; samples !== undefined && at < samples.length; ) {
          const taken = samples.subarray(at, at + length - filled);
          frame.set(taken, filled);
          filled += taken.length;
          at += taken.length;
          if (filled === length) {
            post(frame);
            frame = new Float32Array(length);
            filled = 0;
          }
        }
        return live;
      };
      Object.assign(this, { process });
    }
  }

  registerProcessor('live-transcribe-capture', Capture);
}
