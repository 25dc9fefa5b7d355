import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { z } from "zod"

const require = createRequire(import.meta.url)

/**
 * libheif's compiled WebAssembly. Compilation takes 30 ms and 35 MB. Threads share the module, so code that was
 * optimized in one thread is also fast in the next.
 */
export const compileLibheif = (): Promise<WebAssembly.Module> =>
  WebAssembly.compile(readFileSync(require.resolve("libheif-js/libheif-wasm/libheif.wasm")))

/** An address in the memory of an instance. */
type Pointer = number

/** The functions of libheif's C API that are used here (libheif/heif.h, 1.23), by Emscripten's names. */
export type Libheif = {
  HEAPU8: Uint8Array
  HEAPU32: Uint32Array
  _malloc: (bytes: number) => Pointer
  _heif_context_alloc: () => Pointer
  _heif_context_read_from_memory_without_copy: (
    error: Pointer,
    context: Pointer,
    bytes: Pointer,
    length: number,
    options: Pointer,
  ) => void
  _heif_context_get_primary_image_handle: (error: Pointer, context: Pointer, handle: Pointer) => void
  _heif_decoding_options_alloc: () => Pointer
  _heif_decode_image: (
    error: Pointer,
    handle: Pointer,
    image: Pointer,
    colourSpace: number,
    chroma: number,
    options: Pointer,
  ) => void
  _heif_image_get_decoding_warnings: (image: Pointer, first: number, warnings: Pointer, max: number) => number
  _heif_image_get_colorspace: (image: Pointer) => number
  _heif_image_get_bits_per_pixel_range: (image: Pointer, channel: number) => number
  _heif_image_get_width: (image: Pointer, channel: number) => number
  _heif_image_get_height: (image: Pointer, channel: number) => number
  _heif_image_get_plane_readonly: (image: Pointer, channel: number, stride: Pointer) => Pointer
  _heif_image_get_nclx_color_profile: (error: Pointer, image: Pointer, profile: Pointer) => void
  _heif_image_release: (image: Pointer) => void
}

/**
 * A new instance whose memory can't grow beyond `maxMemoryBytes`. The declared size of a file is checked before the
 * decode, but the decoder may allocate more.
 */
export const instantiateLibheif = (module: WebAssembly.Module, maxMemoryBytes: number): Libheif => {
  const create: unknown = require("libheif-js/libheif-wasm/libheif.js")
  if (!isFactory(create)) throw new Error("libheif-js exports no factory")
  const library = create({
    instantiateWasm: (imports, receive) => {
      const instance = new WebAssembly.Instance(module, imports)
      for (const memory of Object.values(instance.exports))
        if (memory instanceof WebAssembly.Memory) limitGrowth(memory, maxMemoryBytes)
      receive(instance)
      return instance.exports
    },
  })
  if (!isLibheif(library)) throw new Error("libheif-js has another interface")
  return library
}

// Emscripten treats an exception as "no memory": malloc returns null, and libheif ends with an error.
const limitGrowth = (memory: WebAssembly.Memory, maxBytes: number): void => {
  const grow = memory.grow.bind(memory)
  memory.grow = (pages) => {
    if (memory.buffer.byteLength + pages * wasmPageBytes > maxBytes) throw new RangeError("over the budget")
    return grow(pages)
  }
}
const wasmPageBytes = 64 * 1024

type Factory = (options: {
  instantiateWasm: (imports: object, receive: (instance: WebAssembly.Instance) => void) => object
}) => unknown

const isFactory = (exported: unknown): exported is Factory => typeof exported === "function"

const isLibheif = (library: unknown): library is Libheif =>
  z
    .looseObject({
      HEAPU8: z.instanceof(Uint8Array),
      HEAPU32: z.instanceof(Uint32Array),
      _malloc: z.function(),
      _heif_context_alloc: z.function(),
      _heif_context_read_from_memory_without_copy: z.function(),
      _heif_context_get_primary_image_handle: z.function(),
      _heif_decoding_options_alloc: z.function(),
      _heif_decode_image: z.function(),
      _heif_image_get_decoding_warnings: z.function(),
      _heif_image_get_colorspace: z.function(),
      _heif_image_get_bits_per_pixel_range: z.function(),
      _heif_image_get_width: z.function(),
      _heif_image_get_height: z.function(),
      _heif_image_get_plane_readonly: z.function(),
      _heif_image_get_nclx_color_profile: z.function(),
      _heif_image_release: z.function(),
    })
    .safeParse(library).success
