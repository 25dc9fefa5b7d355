import { ApiProblem } from "rapid-photo-upload-sdk"

/** One or two sentences for a person: what failed and what to do. */
export const problemText = (error: unknown): string => {
  if (error instanceof ApiProblem) {
    const { title, detail } = error.problem
    return detail ? `${title}. ${detail}` : `${title}.`
  }
  if (!navigator.onLine) return "You are offline. Try again when you are back."
  return "The server cannot be reached. Try again in a moment."
}
