import type { DurableObjectNamespace } from "@cloudflare/workers-types"

/**
 * The Durable Object with this name, as its callers see it: by the type that its class implements. The platform's
 * own stub type needs that class, which callers must not import.
 */
export const durableObjectOf = <Rpc>(namespace: DurableObjectNamespace, name: string): Rpc =>
  namespace.get(namespace.idFromName(name)) as unknown as Rpc
