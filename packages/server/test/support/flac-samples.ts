import { Intake, joinSamples } from '@live-transcribe/audio';

/** What a file of FLAC sounds like, sample by sample; throws where it is damaged. */
export async function flacSamples(bytes: Uint8Array, sampleRate: number): Promise<Int16Array> {
  const openAac = () => Promise.reject(new Error('This is no AAC.'));
  const intake = new Intake({ declared: { encoding: 'auto', sampleRate, channels: 1 }, sampleRate, openAac });
  try {
    const parts = [await intake.push(bytes), await intake.end()];
    const [notice] = intake.takeNotices();
    if (notice) throw new Error(notice.message);
    return joinSamples(parts);
  } finally {
    intake.free();
  }
}
