/** How alike two signals are, sample by sample over what both have: 1 is the same up to a factor. */
export function correlation(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let both = 0;
  let ourPower = 0;
  let theirPower = 0;
  const length = Math.min(ours.length, theirs.length);
  for (let i = 0; i < length; i++) {
    const our = ours[i] ?? 0;
    const their = theirs[i] ?? 0;
    both += our * their;
    ourPower += our * our;
    theirPower += their * their;
  }
  return both / Math.sqrt(ourPower * theirPower);
}
