import { type Logger, pino } from "pino"

export type { Logger }

/** JSON lines on standard output. Facts are ids and measures: never filenames, e-mails, positions or URLs. */
export const createLogger = (level: string): Logger =>
  pino({
    level,
    base: { service: "processor" },
    messageKey: "message",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })
