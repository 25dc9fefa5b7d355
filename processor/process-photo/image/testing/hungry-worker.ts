import { parentPort } from "node:worker_threads"

// A thread whose heap grows after its first order until V8 terminates it. No photo causes this in the real worker.
parentPort?.on("message", () => {
  const hoard: number[][] = []
  for (;;) hoard.push(Array.from({ length: 10_000 }, (_, index) => index + hoard.length))
})
