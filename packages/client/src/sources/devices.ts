export interface AudioDevice {
  readonly id: string;
  /** Empty until the person has allowed a microphone once. */
  readonly label: string;
}

/**
 * The microphones there are; none where the context is not secure. `navigator.mediaDevices` has an event `devicechange`
 * for when that changes.
 */
export async function devices(): Promise<readonly AudioDevice[]> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  return all.filter(({ kind }) => kind === 'audioinput').map(({ deviceId: id, label }) => ({ id, label }));
}
