/** Returns the SQLSTATE of a Postgres error or the code of a socket error, or an empty string. */
export const errorCodeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : ""

// Classes 08 (connection), 40 (rolled back because of another transaction), 53 (resources) and 57P (shutdown) of
// https://www.postgresql.org/docs/current/errcodes-appendix.html. The other codes come from sockets and postgres.js.
const outageCodes =
  /^(08...|40...|53...|57P0.|CONNECT.*|CONNECTION_.*|ECONN.*|ETIMEDOUT|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND)$/

/** Whether a driver's error is an outage, as opposed to an error in the statement. */
export const isDatabaseOutage = (error: unknown): boolean => outageCodes.test(errorCodeOf(error))
