import { createRequire } from "node:module"
import { z } from "zod"

/** Upright pixels, four bytes each. */
export type DecodedHeic = { data: Uint8Array; width: number; height: number }

/**
 * Decodes the primary picture of a HEIC, turned and cropped as the file asks. sharp's build has no HEVC.
 * @throws Error when libheif can't
 */
export const decodeHeic = async (bytes: Uint8Array): Promise<DecodedHeic> => {
  const { HeifDecoder } = loadLibheif()
  const images = new HeifDecoder().decode(bytes)
  const image = images.find((each) => each.is_primary()) ?? images[0]
  if (!image) throw new Error("libheif found no picture")
  const width = image.get_width()
  const height = image.get_height()
  const data = new Uint8ClampedArray(width * height * 4)
  await new Promise<void>((resolve, reject) => {
    image.display({ data, width, height }, (displayed) =>
      displayed ? resolve() : reject(new Error("libheif could not decode the picture")),
    )
  })
  for (const each of images) each.free()
  return { data: new Uint8Array(data.buffer), width, height }
}

type HeifImage = {
  is_primary: () => boolean
  get_width: () => number
  get_height: () => number
  display: (
    target: { data: Uint8ClampedArray; width: number; height: number },
    done: (displayed: object | null) => void,
  ) => void
  free: () => void
}
type Libheif = { HeifDecoder: new () => { decode: (bytes: Uint8Array) => HeifImage[] } }

const isLibheif = (module: unknown): module is Libheif =>
  z.looseObject({ HeifDecoder: z.function() }).safeParse(module).success

// The package has no types, and its WebAssembly takes 100 ms to compile: only threads that meet a HEIC load it.
let loaded: Libheif | undefined
const loadLibheif = (): Libheif => {
  if (loaded) return loaded
  const module: unknown = createRequire(import.meta.url)("libheif-js/wasm-bundle")
  if (!isLibheif(module)) throw new Error("libheif-js has changed its face")
  loaded = module
  return loaded
}
