import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Sessions whose ids say, to whoever has the secret, who began them: half of an id's 122 bits are random, the others are
 * a code over that half and the owner. So every server knows who may come back to a session, also one that it has never
 * seen, and nothing has to be kept for it.
 */
export class SessionOwners {
  readonly #secret: Uint8Array;

  constructor(secret: Uint8Array) {
    this.#secret = secret;
  }

  /** An id for a new session of `owner`: a UUID of version 4. */
  newId(owner: string): string {
    return asUuid(this.#signed(randomBytes(8), owner));
  }

  /** Whether `id`, a UUID, is of a session of `owner`. */
  isOf(id: string, owner: string): boolean {
    const bytes = Buffer.from(id.replaceAll('-', ''), 'hex');
    if (bytes.length !== 16) return false;
    return timingSafeEqual(this.#signed(bytes.subarray(0, 8), owner), bytes);
  }

  #signed(random: Buffer, owner: string): Buffer {
    const bytes = Buffer.alloc(16);
    random.copy(bytes);
    bytes.writeUInt8(0x40 | (bytes.readUInt8(6) & 0x0f), 6);
    const code = createHmac('sha256', this.#secret).update(bytes.subarray(0, 8)).update(owner).digest();
    code.copy(bytes, 8, 0, 8);
    bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
    return bytes;
  }
}

const asUuid = (bytes: Buffer): string =>
  bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
