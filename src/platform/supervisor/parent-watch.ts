/**
 * Calls `onGone` once the process that started this one has gone. npm and npx die of SIGTERM without a word to what they
 * run, so a process that scripts/run.mjs started follows them; one that was started by hand, by nohup or by systemd does
 * not (`WEIR_RUN_PARENT` is then unset).
 */
export function watchParent(onGone: () => void): void {
  if (process.env['WEIR_RUN_PARENT'] === undefined) return
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    onGone()
  }, 250)
  timer.unref()
}
