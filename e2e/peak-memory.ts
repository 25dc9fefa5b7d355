import { readdir, readFile } from "node:fs/promises"

/** The peak resident memory of the largest process of a group, in bytes; null on systems other than Linux. */
export const peakMemoryBytes = async (groupId: number): Promise<number | null> => {
  const members = await processesOf(groupId)
  const peaks = await Promise.all(
    members.map(async (pid) => {
      const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "")
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) * 1024
    }),
  )
  return peaks.length > 0 ? Math.max(...peaks) : null
}

const processesOf = async (groupId: number): Promise<string[]> => {
  const pids = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name))
  const groups = await Promise.all(
    pids.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "")
      return { pid, group: Number(stat.slice(stat.lastIndexOf(")")).split(" ")[3]) }
    }),
  )
  return groups.filter(({ group }) => group === groupId).map(({ pid }) => pid)
}
