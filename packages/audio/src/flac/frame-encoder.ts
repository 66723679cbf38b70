import { BitWriter } from './bit-writer.ts';
import { crc8, crc16 } from './crc.ts';
import { codeOfRate } from './header.ts';

/** Samples in each frame but the last (RFC 9639, table 14, code 12): a sixth of a second at 24 kHz. */
export const flacBlockSize = 4_096;

const bitsPerSample = 16;
/** RFC 9639, table 17: 16 bits. */
const depthCode = 4;
const blockSizeCode = 12;
const otherBlockSizeCode = 7;
const constant = 0;
const verbatim = 1;
const fixed = 8;
/** Fixed predictors exist up to 4; for speech the last one never wins by more than a hundredth. */
const orders = 4;
/** Residuals share a Rice parameter in sixteenths of a frame, or in larger parts where a frame does not divide so. */
const mostPartitionOrder = 4;
const mostRiceParameter = 14;
/** Header, checksums and the whole block as it is: what cannot be predicted is stored so. */
const mostFrameBytes = 24 + 2 * flacBlockSize;

/**
 * Writes mono of 16 bits as FLAC frames (RFC 9639, 9): fixed predictors and Rice codes, which is what is light enough to be
 * done while somebody speaks. A frame depends on nothing but its samples and its number.
 */
export class FlacFrameEncoder {
  readonly #writer = new BitWriter(mostFrameBytes);
  readonly #residuals = Array.from({ length: orders }, () => new Int32Array(flacBlockSize));
  readonly #parameters = new Uint8Array(1 << mostPartitionOrder);
  readonly #rateCode: number;

  constructor(sampleRate: number) {
    this.#rateCode = codeOfRate(sampleRate);
  }

  /** Frame number `number`, of 1 to 4,096 samples; fewer than that make it the last one. A view, valid until the next call. */
  encode(samples: Int16Array, number: number): Uint8Array {
    const writer = this.#writer;
    writer.restart();
    this.#writeHeader(samples.length, number);
    this.#writeSubframe(samples);
    writer.align();
    writer.write(crc16(writer.bytes(), writer.length), 16);
    return writer.bytes();
  }

  #writeHeader(length: number, number: number): void {
    const writer = this.#writer;
    const whole = length === flacBlockSize;
    writer.write(0xfff8, 16);
    writer.write(whole ? blockSizeCode : otherBlockSizeCode, 4);
    writer.write(this.#rateCode, 4);
    writer.write(depthCode << 1, 8);
    writer.writeUtf8(number);
    if (!whole) writer.write(length - 1, 16);
    writer.write(crc8(writer.bytes(), writer.length), 8);
  }

  #writeSubframe(samples: Int16Array): void {
    const writer = this.#writer;
    const order = this.#predict(samples);
    if (order === 'silent') {
      writer.write(constant << 1, 8);
      writer.write(samples[0] & 0xffff, bitsPerSample);
      return;
    }
    const residual = this.#residuals[order];
    const partitionOrder = partitionOrderOf(samples.length, order);
    const bits = this.#choose(residual, samples.length, order, partitionOrder);
    if (bits >= samples.length * bitsPerSample) {
      writer.write(verbatim << 1, 8);
      for (let i = 0; i < samples.length; i++) writer.write(samples[i] & 0xffff, bitsPerSample);
      return;
    }
    writer.write((fixed + order) << 1, 8);
    for (let i = 0; i < order; i++) writer.write(samples[i] & 0xffff, bitsPerSample);
    writer.write(partitionOrder, 6);
    const size = samples.length >> partitionOrder;
    for (let partition = 0; partition < 1 << partitionOrder; partition++) {
      const parameter = this.#parameters[partition];
      writer.write(parameter, 4);
      writer.writeRice(residual, partition === 0 ? order : partition * size, (partition + 1) * size, parameter);
    }
  }

  /** Fills the residuals of all orders; answers the order of the smallest, or that all samples are the same. */
  #predict(samples: Int16Array): number | 'silent' {
    const [first, second, third, fourth] = this.#residuals;
    const { length } = samples;
    let [sum0, sum1, sum2, sum3] = [0, 0, 0, 0];
    let [last0, last1, last2] = [0, 0, 0];
    let changes = 0;
    for (let i = 0; i < length; i++) {
      const value0 = samples[i];
      const value1 = value0 - last0;
      const value2 = value1 - last1;
      const value3 = value2 - last2;
      first[i] = value0;
      second[i] = value1;
      third[i] = value2;
      fourth[i] = value3;
      last0 = value0;
      last1 = value1;
      last2 = value2;
      if (i > 0) changes |= value1;
      // The first ones are not coded, but as they are.
      if (i < orders) continue;
      sum0 += Math.abs(value0);
      sum1 += Math.abs(value1);
      sum2 += Math.abs(value2);
      sum3 += Math.abs(value3);
    }
    if (changes === 0) return 'silent';
    if (length <= orders) return 0;
    const least = Math.min(sum0, sum1, sum2, sum3);
    if (least === sum0) return 0;
    if (least === sum1) return 1;
    return least === sum2 ? 2 : 3;
  }

  /** Sets the Rice parameter of each partition; answers the most bits that the residual then takes. */
  #choose(residual: Int32Array, length: number, order: number, partitionOrder: number): number {
    const size = length >> partitionOrder;
    let bits = 0;
    for (let partition = 0; partition < 1 << partitionOrder; partition++) {
      const from = partition === 0 ? order : partition * size;
      const to = (partition + 1) * size;
      let sum = 0;
      for (let i = from; i < to; i++) sum += (residual[i] << 1) ^ (residual[i] >> 31);
      const count = to - from;
      let parameter = 0;
      while (parameter < mostRiceParameter && sum > count * 2 ** (parameter + 1)) parameter++;
      this.#parameters[partition] = parameter;
      bits += 4 + count * (parameter + 1) + sum / 2 ** parameter;
    }
    return bits;
  }
}

function partitionOrderOf(length: number, order: number): number {
  let partitionOrder = mostPartitionOrder;
  while (partitionOrder > 0 && (length % (1 << partitionOrder) !== 0 || length >> partitionOrder <= order)) {
    partitionOrder--;
  }
  return partitionOrder;
}
