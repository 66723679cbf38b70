type Mutation = (random: () => number, bytes: Uint8Array) => Uint8Array;

const below = (random: () => number, limit: number): number => Math.floor(random() * limit);

/** Bytes on which parsers turn: nothing, one, signs, all ones, and the ids of some formats. */
const tempting = [0x00, 0x01, 0x7f, 0x80, 0x81, 0xa3, 0xff];

const joined = (...parts: readonly Uint8Array[]): Uint8Array => {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

const randomBytes = (random: () => number, length: number): Uint8Array =>
  Uint8Array.from({ length }, () => below(random, 256));

const mutations: readonly Mutation[] = [
  // Cut off.
  (random, bytes) => bytes.slice(0, below(random, bytes.length)),
  // Sprinkled with noise.
  (random, bytes) => bytes.map((byte) => (random() < 0.02 ? below(random, 256) : byte)),
  (random, bytes) => {
    const changed = bytes.slice();
    const times = 1 + below(random, 4);
    for (let i = 0; i < times; i++)
      changed[below(random, bytes.length)] = tempting[below(random, tempting.length)] ?? 0;
    return changed;
  },
  // A length or a count that promises the world.
  (random, bytes) => bytes.slice().fill(255, below(random, bytes.length), below(random, bytes.length) + 4),
  // Something is missing, added, repeated or in the wrong place.
  (random, bytes) => {
    const at = below(random, bytes.length);
    return joined(bytes.subarray(0, at), bytes.subarray(at + below(random, 40)));
  },
  (random, bytes) => {
    const at = below(random, bytes.length);
    return joined(bytes.subarray(0, at), randomBytes(random, below(random, 60)), bytes.subarray(at));
  },
  (random, bytes) =>
    joined(bytes.subarray(0, below(random, bytes.length)), bytes.subarray(below(random, bytes.length))),
  // Joined in the middle.
  (random, bytes) => bytes.slice(below(random, bytes.length)),
];

/** The bytes as a hostile or unlucky client sends them: changed in one to three ways. Never the array that was given. */
export function mutate(random: () => number, bytes: Uint8Array): Uint8Array {
  // A Buffer's `slice` would not copy.
  let mutated: Uint8Array = new Uint8Array(bytes);
  const times = 1 + below(random, 3);
  for (let i = 0; i < times && mutated.length > 0; i++) {
    mutated = mutations[below(random, mutations.length)]?.(random, mutated) ?? mutated;
  }
  return mutated;
}
