// Imported after the environment, as an app's code runs after React Native's.
import { createClient } from "rapid-photo-upload-sdk"
import { nextPuts, received } from "./native-environment.js"

const files = ["a", "b", "c"].map((name, index) => ({
  uri: `file:///photos/${name}.jpg`,
  name: `${name}.jpg`,
  type: "image/jpeg",
  // The last one is larger than a part.
  size: [1000, 2000, 50 * 1024 * 1024][index],
}))

const namesOf = (states) => states.map(({ filename }) => filename)

const run = async () => {
  const client = createClient({
    baseUrl: "https://photos.test",
    email: "ada@example.com",
    password: "secret",
  })

  // The first response is lost, and the second request fails: both files are sent again.
  nextPuts.push("lost", 503)
  const upload = client.upload(files)
  const statuses = []
  upload.on("file", ({ file }) => statuses.push(`${file.filename} ${file.status}`))
  const { completed, failed } = await upload.done
  print(
    JSON.stringify({ completed: namesOf(completed), failed, statuses, progress: upload.progress, received }),
  )

  // A pause aborts requests, and a cancellation ends all files.
  nextPuts.push("held", "held", "held", "held", "held", "held")
  const cancelled = client.upload(files)
  const { cancelled: none, failed: notFailed } = await new Promise((resolve) => {
    cancelled.on("file", ({ file }) => {
      if (file.status !== "uploading" || cancelled.isPaused) return
      setTimeout(() => cancelled.pause(), 10)
      setTimeout(() => cancelled.resume(), 20)
      setTimeout(() => cancelled.cancel(), 200)
    })
    cancelled.done.then(resolve)
  })
  print(JSON.stringify({ cancelled: namesOf(none), failed: notFailed }))
}

run().catch((error) => print(`FAILED ${error?.stack ?? error}`))
