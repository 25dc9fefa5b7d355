import type { StoragePort } from "../upload/ports.ts"

const database = "rapid-photo-upload"
const store = "uploads"

/** Stores unfinished uploads in IndexedDB. */
export const indexedDbStorage = (): StoragePort => {
  let opening: Promise<IDBDatabase> | undefined
  const open = () => {
    opening ??= new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(database, 1)
      request.onupgradeneeded = () => request.result.createObjectStore(store)
      request.onsuccess = () => resolve(request.result)
      request.onerror = () => reject(request.error)
    })
    opening.catch(() => {
      opening = undefined
    })
    return opening
  }
  const run = async <T>(
    mode: IDBTransactionMode,
    work: (objects: IDBObjectStore) => IDBRequest<T>,
  ): Promise<T> => {
    const db = await open()
    return new Promise((resolve, reject) => {
      const transaction = db.transaction(store, mode)
      const request = work(transaction.objectStore(store))
      transaction.oncomplete = () => resolve(request.result)
      transaction.onerror = () => reject(transaction.error)
      transaction.onabort = () => reject(transaction.error)
    })
  }
  return {
    get: async (key) => {
      const value: unknown = await run("readonly", (objects) => objects.get(key))
      return typeof value === "string" ? value : null
    },
    set: async (key, value) => {
      await run("readwrite", (objects) => objects.put(value, key))
    },
    remove: async (key) => {
      await run("readwrite", (objects) => objects.delete(key))
    },
    keys: async () => (await run("readonly", (objects) => objects.getAllKeys())).map(String),
  }
}
