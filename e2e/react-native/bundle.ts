import { execFile } from "node:child_process"
import { cp, mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import { createRequire } from "node:module"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import Metro from "metro"
import { z } from "zod"
import { repository } from "../../local/settings.ts"

const run = promisify(execFile)
const { resolve } = createRequire(import.meta.url)

/** Packages that the app, Babel and Metro need at run time. */
const appDependencies = ["abort-controller", "event-target-shim", "@babel/runtime", "metro-runtime"]

const packageJson = z.object({ dependencies: z.record(z.string(), z.string()) })

/**
 * Packs the SDK, installs it into an app in `folder` and bundles the app as React Native does.
 * @returns the path of the bundle
 */
export const bundleApp = async (folder: string): Promise<string> => {
  await installSdk(folder)
  for (const file of ["app.js", "native-environment.js"])
    await cp(join(import.meta.dirname, file), join(folder, file))
  const preset = JSON.stringify(resolve("@react-native/babel-preset"))
  await writeFile(join(folder, "babel.config.js"), `module.exports = { presets: [${preset}] }`)

  const config = await Metro.loadConfig(
    { cwd: folder },
    {
      projectRoot: folder,
      // The second one holds Metro's own module system.
      watchFolders: [folder, dirname(resolve("metro-runtime/package.json"))],
      reporter: { update: () => {} },
      cacheStores: [],
      // Only React Native's condition: neither `browser` nor `import` hides a missing entry.
      resolver: { unstable_conditionNames: ["react-native"], unstable_enablePackageExports: true },
    },
  )
  const out = join(folder, "app.bundle.js")
  await Metro.runBuild(config, { entry: "app.js", out, platform: "ios", dev: false, minify: false })
  return out
}

const installSdk = async (folder: string): Promise<void> => {
  const modules = join(folder, "node_modules")
  await mkdir(join(modules, "rapid-photo-upload-sdk"), { recursive: true })
  await run("npm", ["pack", "-w", "client/sdk", "--pack-destination", folder], { cwd: repository })
  const tarball = (await readdir(folder)).find((name) => name.endsWith(".tgz"))
  if (!tarball) throw new Error("npm pack wrote no tarball")
  const target = join(modules, "rapid-photo-upload-sdk")
  await run("tar", ["-xzf", join(folder, tarball), "-C", target, "--strip-components=1"])
  const sdk = packageJson.parse(JSON.parse(await readFile(join(target, "package.json"), "utf8")))
  for (const name of [...appDependencies, ...Object.keys(sdk.dependencies)]) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await cp(join(repository, "node_modules", name), join(modules, name), { recursive: true })
  }
}
