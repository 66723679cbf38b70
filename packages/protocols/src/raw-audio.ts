/** What raw audio may be declared as: 8 kHz telephony to 192 kHz sound cards, mono to eight microphones. */
export const rawAudio = {
  /** Hz. */
  sampleRate: { least: 8_000, most: 192_000 },
  channels: { least: 1, most: 8 },
} as const;
