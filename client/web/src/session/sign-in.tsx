import { useRef, useState } from "preact/hooks"
import { announceAtOnce } from "../ui/announcer.tsx"
import { Icon } from "../ui/icon.tsx"
import { problemText } from "./problem-text.ts"
import { register, signIn } from "./session.ts"

/** Signs in, or creates an account. */
export const SignIn = () => {
  const [isNew, setIsNew] = useState(false)
  const [isBusy, setIsBusy] = useState(false)
  const [failure, setFailure] = useState("")
  const form = useRef<HTMLFormElement>(null)

  const submit = async (event: Event) => {
    event.preventDefault()
    if (!form.current) return
    const data = new FormData(form.current)
    setIsBusy(true)
    setFailure("")
    try {
      const send = isNew ? register : signIn
      await send(String(data.get("email")), String(data.get("password")))
    } catch (error) {
      const text = problemText(error)
      setFailure(text)
      announceAtOnce(text)
      setIsBusy(false)
    }
  }
  return (
    <main class="sign-in">
      <div class="sign-in-card">
        <img src="/icon.svg" alt="" width="48" height="48" />
        <h1>{isNew ? "Create an account" : "Sign in"}</h1>
        <p class="quiet">Upload hundreds of photos at once and know when each one is safely stored.</p>
        <form ref={form} onSubmit={submit}>
          <label>
            Email
            <input type="email" name="email" autocomplete="username" required maxLength={254} />
          </label>
          <label>
            Password
            <input
              type="password"
              name="password"
              autocomplete={isNew ? "new-password" : "current-password"}
              required
              minLength={isNew ? 8 : 1}
              maxLength={256}
              aria-describedby={isNew ? "password-rule" : undefined}
            />
          </label>
          {isNew && (
            <p id="password-rule" class="quiet small">
              Use a long password that you use nowhere else.
            </p>
          )}
          {failure && (
            <p class="failure-text">
              <Icon name="triangle-alert" /> {failure}
            </p>
          )}
          <button type="submit" class="button primary wide" disabled={isBusy}>
            {isBusy ? "One moment …" : isNew ? "Create account" : "Sign in"}
          </button>
        </form>
        <p class="switch">
          {isNew ? "You have an account?" : "New here?"}{" "}
          <button
            type="button"
            class="text-button"
            onClick={() => {
              setIsNew(!isNew)
              setFailure("")
            }}
          >
            {isNew ? "Sign in" : "Create an account"}
          </button>
        </p>
      </div>
    </main>
  )
}
