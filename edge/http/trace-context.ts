/** The position of a request in its trace: https://www.w3.org/TR/trace-context/#traceparent-header */
export type TraceContext = { traceId: string; traceparent: string }

const traceparentPattern = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/

/** Continues the caller's trace, or starts a new one when the header is absent or malformed. */
export const traceContextOf = (header: string | undefined): TraceContext => {
  const [, traceId, parentId, flags] = traceparentPattern.exec(header ?? "") ?? []
  const isValid = traceId && parentId && !/^0+$/.test(traceId) && !/^0+$/.test(parentId)
  const id = isValid ? traceId : randomHex(16)
  return { traceId: id, traceparent: `00-${id}-${randomHex(8)}-${isValid ? flags : "01"}` }
}

const randomHex = (bytes: number): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("")
