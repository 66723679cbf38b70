import type { ServiceAnswer } from '@live-transcribe/engine-openai';
import { type Finding, ok, warning, wrong } from '../finding.ts';

const check = 'clock';
/** HTTP tells whole seconds, and an answer is under way for a while. */
const unclearMs = 5_000;
/** From here on tokens with an expiry are refused, or taken when they should not be. */
const wrongMs = 60_000;

/** `now`: what our clock said when the service answered, in ms since 1970. */
export function checkClock(
  { host, time }: Extract<ServiceAnswer, { kind: 'answered' }>,
  now: number,
): readonly Finding[] {
  if (time === undefined) return [];
  const seconds = Math.round((now - time) / 1000);
  const apart = Math.abs(now - time);
  if (apart <= unclearMs) return [ok(check, `It agrees with that of ${host}.`)];
  const says = `It is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} that of ${host}.`;
  const mend = 'Let the machine follow a time server: timedatectl set-ntp true.';
  return [
    apart > wrongMs ? wrong(check, `${says} Tokens that expire are judged wrongly.`, mend) : warning(check, says, mend),
  ];
}
