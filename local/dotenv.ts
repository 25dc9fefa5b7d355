/** Formats variables for a file that `--env-file` reads. */
export const dotenv = (variables: Record<string, string>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join("")
