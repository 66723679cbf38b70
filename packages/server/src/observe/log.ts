import { destination, type Logger, pino, stdTimeFunctions } from 'pino';
import pretty from 'pino-pretty';

export type Log = Logger;

/** Where nobody reads the log, this much of it waits, in bytes; then lines are left out. */
const waitingBytes = 4 * 1024 * 1024;

/**
 * One line per event: readable in a terminal, JSON everywhere else. Whoever reads the log slowly, or not at all, keeps
 * nobody waiting: a pipe that is full would else stop the process in the middle of everybody's speech.
 */
export function createLog(level: string): Log {
  if (process.stdout.isTTY) {
    return pino({ level, base: null }, pretty({ sync: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' }));
  }
  const formatters = { level: (label: string) => ({ level: label }) };
  const output = destination({ fd: 1, sync: false, maxLength: waitingBytes });
  return pino({ level, base: null, timestamp: stdTimeFunctions.isoTime, formatters }, output);
}
