import { type StreamOptions, StreamSource } from './stream-source.ts';

/** What browsers record, by preference; where there is neither, whatever it is that they record. */
const types = ['audio/webm;codecs=opus', 'audio/mp4'];
const sliceMs = 100;
/** After a lost connection all since the recorder's start is sent again, so that it starts anew from time to time. */
const restartSeconds = 240;

/** The browser's own recorder, where there is nothing better: its places on the timeline are known by the clock only. */
export class RecorderSource extends StreamSource {
  readonly encoding = 'auto';
  readonly sampleRate = 48_000;
  readonly #stream: MediaStream;
  #recorder: MediaRecorder;
  #paused = false;
  /** Recordings come as blobs, whose bytes come later: one after the other. */
  #reading: Promise<void> = Promise.resolve();

  constructor(options: StreamOptions) {
    super(options);
    this.#stream = options.stream;
    this.#recorder = this.#start();
  }

  setPaused(paused: boolean): void {
    this.#paused = paused;
    if (paused) this.#recorder.pause();
    else this.#recorder.resume();
  }

  protected async drain(): Promise<void> {
    await this.#stop(this.#recorder);
  }

  #start(): MediaRecorder {
    const mimeType = types.find((type) => MediaRecorder.isTypeSupported(type));
    const recorder = new MediaRecorder(this.#stream, { ...(mimeType && { mimeType }), audioBitsPerSecond: 32_000 });
    let header = true;
    let recorded = 0;
    let last = performance.now();
    recorder.ondataavailable = ({ data }) => {
      const now = performance.now();
      const seconds = this.#paused ? 0 : (now - last) / 1000;
      last = now;
      recorded += seconds;
      if (data.size > 0) {
        this.#read(data, seconds, header);
        header = false;
      }
      if (recorded >= restartSeconds && recorder === this.#recorder && recorder.state === 'recording') {
        this.#recorder = this.#start();
        void this.#stop(recorder);
      }
    };
    recorder.onerror = (event) => this.fail(event);
    recorder.start(sliceMs);
    return recorder;
  }

  #read(data: Blob, seconds: number, header: boolean): void {
    this.#reading = this.#reading.then(async () => {
      this.put({ bytes: new Uint8Array(await data.arrayBuffer()), seconds, header });
    });
  }

  async #stop(recorder: MediaRecorder): Promise<void> {
    const stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }));
    if (recorder.state !== 'inactive') {
      recorder.stop();
      await stopped;
    }
    await this.#reading;
  }
}
