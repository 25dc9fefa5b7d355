/**
 * SHA-256 (FIPS 180-4) over chunks. WebCrypto hashes only whole buffers, and a library costs three times the bytes. It
 * runs in the hash worker; Node.js has its own.
 */
export const sha256 = (): { update: (bytes: Uint8Array) => void; digest: () => string } => {
  const state = Int32Array.from(initialState)
  const words = new Int32Array(64)
  const block = new Uint8Array(64)
  const view = new DataView(block.buffer)
  let blockBytes = 0
  let totalBytes = 0

  const add = (bytes: Uint8Array) => {
    for (let offset = 0; offset < bytes.length; ) {
      const taken = bytes.subarray(offset, offset + 64 - blockBytes)
      block.set(taken, blockBytes)
      blockBytes += taken.length
      offset += taken.length
      if (blockBytes < 64) return
      blockBytes = 0
      compress(state, words, view)
    }
  }
  return {
    update: (bytes) => {
      totalBytes += bytes.length
      add(bytes)
    },
    digest: () => {
      // A one bit, zeros, and the length in bits as the last eight bytes of a block.
      const padding = new Uint8Array(72 - ((totalBytes + 8) % 64))
      padding[0] = 0x80
      const end = new DataView(padding.buffer)
      end.setUint32(padding.length - 8, totalBytes / 2 ** 29)
      end.setUint32(padding.length - 4, totalBytes * 8)
      add(padding)
      return Array.from(state, (word) => (word >>> 0).toString(16).padStart(8, "0")).join("")
    },
  }
}

const compress = (state: Int32Array, words: Int32Array, block: DataView) => {
  for (let index = 0; index < 64; index += 1) {
    if (index < 16) {
      words[index] = block.getInt32(index * 4)
      continue
    }
    const early = words[index - 15] ?? 0
    const late = words[index - 2] ?? 0
    const sigma0 = rotate(early, 7) ^ rotate(early, 18) ^ (early >>> 3)
    const sigma1 = rotate(late, 17) ^ rotate(late, 19) ^ (late >>> 10)
    words[index] = ((words[index - 16] ?? 0) + sigma0 + (words[index - 7] ?? 0) + sigma1) | 0
  }
  // Written out: this loop is all of the time, and arrays of the eight words would double it.
  let a = state[0] ?? 0
  let b = state[1] ?? 0
  let c = state[2] ?? 0
  let d = state[3] ?? 0
  let e = state[4] ?? 0
  let f = state[5] ?? 0
  let g = state[6] ?? 0
  let h = state[7] ?? 0
  for (let index = 0; index < 64; index += 1) {
    const sum1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)
    const temporary = (h + sum1 + (g ^ (e & (f ^ g))) + (constants[index] ?? 0) + (words[index] ?? 0)) | 0
    const sum0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)
    const majority = (a & b) ^ (a & c) ^ (b & c)
    h = g
    g = f
    f = e
    e = (d + temporary) | 0
    d = c
    c = b
    b = a
    a = (temporary + sum0 + majority) | 0
  }
  state[0] = (state[0] ?? 0) + a
  state[1] = (state[1] ?? 0) + b
  state[2] = (state[2] ?? 0) + c
  state[3] = (state[3] ?? 0) + d
  state[4] = (state[4] ?? 0) + e
  state[5] = (state[5] ?? 0) + f
  state[6] = (state[6] ?? 0) + g
  state[7] = (state[7] ?? 0) + h
}

const rotate = (word: number, bits: number): number => (word >>> bits) | (word << (32 - bits))

const isPrime = (candidate: number): boolean => {
  for (let divisor = 2; divisor * divisor <= candidate; divisor += 1)
    if (candidate % divisor === 0) return false
  return true
}

const primes: number[] = []
for (let candidate = 2; primes.length < 64; candidate += 1) if (isPrime(candidate)) primes.push(candidate)

/** The first 32 bits of the fractional part of each root. */
const fractions = (exponent: number, count: number): Int32Array =>
  Int32Array.from(primes.slice(0, count), (prime) => ((prime ** exponent % 1) * 2 ** 32) | 0)

const initialState = fractions(1 / 2, 8)
const constants = fractions(1 / 3, 64)
