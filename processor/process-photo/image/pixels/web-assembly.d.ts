// The parts of https://webassembly.github.io/spec/js-api/ that libheif.ts uses. @types/node does not declare them, and
// the library "dom" would also declare the globals of a browser.
declare namespace WebAssembly {
  class Module {
    private constructor()
  }
  function compile(bytes: Uint8Array): Promise<Module>
  class Instance {
    constructor(module: Module, imports: object)
    readonly exports: Readonly<Record<string, unknown>>
  }
  class Memory {
    constructor(limits: { initial: number })
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
}
