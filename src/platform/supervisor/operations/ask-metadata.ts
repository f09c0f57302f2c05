import { asWeirError } from '../../../kernel/errors/weir-error.ts'

const patienceMs = 2_000

/** What a question to the metadata database gives, or why it gives nothing within two seconds. */
export async function askMetadata<Answer>(
  ask: () => Promise<Answer>,
): Promise<{ readonly answer?: Answer; readonly trouble?: string }> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<{ trouble: string }>((resolve) => {
    const trouble = `the metadata database has not answered within ${patienceMs / 1000} s. See weir logs`
    timer = setTimeout(() => resolve({ trouble }), patienceMs)
  })
  const asked = ask().then(
    (answer) => ({ answer }),
    (thrown: unknown) => ({ trouble: asWeirError(thrown).message }),
  )
  return Promise.race([asked, late]).finally(() => clearTimeout(timer))
}
