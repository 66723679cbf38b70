import { type Logger, pino } from 'pino';
import pretty from 'pino-pretty';

export type Log = Logger;

/** One line per event: readable in a terminal, JSON everywhere else. */
export function createLog(level: string): Log {
  if (!process.stdout.isTTY) {
    const formatters = { level: (label: string) => ({ level: label }) };
    return pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters });
  }
  return pino({ level, base: null }, pretty({ sync: true, translateTime: 'SYS:HH:MM:ss', ignore: 'pid,hostname' }));
}
