import { app } from "./app.ts"

export { SignInLimiter } from "./auth/sign-in-limiter.ts"
export { UserChannel } from "./live/user-channel.ts"

export default { fetch: app.fetch }
