/**
 * ITU-T G.711: eight bits hold a sign, a segment (the exponent) and a step within it. The results are scaled to 16 bits,
 * as every decoder does: mu-law's 14 and A-law's 13 bits stand at the top.
 */
function expandMuLaw(code: number): number {
  const bits = ~code & 0xff;
  const segment = (bits >> 4) & 0x07;
  const magnitude = ((((bits & 0x0f) << 3) + 0x84) << segment) - 0x84;
  return bits & 0x80 ? -magnitude : magnitude;
}

function expandALaw(code: number): number {
  const bits = code ^ 0x55;
  const segment = (bits >> 4) & 0x07;
  const step = ((bits & 0x0f) << 4) + 8;
  const magnitude = segment === 0 ? step : (step + 0x100) << (segment - 1);
  return bits & 0x80 ? magnitude : -magnitude;
}

/** The sample of each mu-law byte. */
export const muLawSamples = Int16Array.from({ length: 256 }, (_, code) => expandMuLaw(code));

/** The sample of each A-law byte. */
export const aLawSamples = Int16Array.from({ length: 256 }, (_, code) => expandALaw(code));
