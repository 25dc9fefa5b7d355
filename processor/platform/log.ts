import { type Logger, pino } from "pino"

export type { Logger }

/** Creates a logger of JSON lines on standard output. Log ids and numbers only, no filenames, emails, positions or URLs. */
export const createLogger = (level: string): Logger =>
  pino({
    level,
    base: { service: "processor" },
    messageKey: "message",
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
  })
