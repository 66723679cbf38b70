/** Hz: what speech needs, and what libopus takes as it is. */
export const opusRate = 24_000;
const packetSamples = opusRate / 50;

const config: AudioEncoderConfig = {
  codec: 'opus',
  sampleRate: opusRate,
  numberOfChannels: 1,
  bitrate: 24_000,
  bitrateMode: 'variable',
  // A packet of 20 ms is what the specification has as its default, and what the clock of the audio that is kept counts.
  opus: { frameDuration: 20_000 },
};

export async function canEncodeOpus(): Promise<boolean> {
  if (typeof AudioEncoder === 'undefined') return false;
  const { supported } = await AudioEncoder.isConfigSupported(config).catch(() => ({ supported: false }));
  return supported === true;
}

/** Samples to raw packets of Opus, of 20 ms each. */
export class OpusPacker {
  readonly #encoder: AudioEncoder;
  readonly #frame = new Int16Array(packetSamples);
  #filled = 0;
  #frames = 0;

  constructor(put: (packet: Uint8Array<ArrayBuffer>) => void, failed: (error: unknown) => void) {
    this.#encoder = new AudioEncoder({
      output: (chunk) => {
        const packet = new Uint8Array(chunk.byteLength);
        chunk.copyTo(packet);
        put(packet);
      },
      error: failed,
    });
    this.#encoder.configure(config);
  }

  push(samples: Int16Array): void {
    for (let at = 0; at < samples.length; ) {
      const taken = samples.subarray(at, at + packetSamples - this.#filled);
      this.#frame.set(taken, this.#filled);
      this.#filled += taken.length;
      at += taken.length;
      if (this.#filled === packetSamples) this.#encode();
    }
  }

  /** The rest, with silence up to a whole packet. Never rejects. */
  async flush(): Promise<void> {
    if (this.#filled > 0) this.#encode();
    if (this.#encoder.state !== 'configured') return;
    // What it fails with has been told already.
    await this.#encoder.flush().catch(() => undefined);
    if (this.#encoder.state === 'configured') this.#encoder.close();
  }

  #encode(): void {
    this.#frame.fill(0, this.#filled);
    this.#filled = 0;
    if (this.#encoder.state !== 'configured') return;
    const timestamp = 20_000 * this.#frames++;
    const data = new AudioData({
      format: 's16',
      sampleRate: opusRate,
      numberOfChannels: 1,
      numberOfFrames: packetSamples,
      timestamp,
      data: this.#frame.slice(),
    });
    this.#encoder.encode(data);
    data.close();
  }
}
