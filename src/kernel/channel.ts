import { asWeirError, WeirError } from './errors/weir-error.ts'
import { catalogue, type ErrorCode } from './errors/catalogue.ts'

/** The methods that one side answers: JSON-safe parameters in, a JSON-safe result out. */
export type Methods = { readonly [name: string]: (params: never) => unknown }

/** What a channel needs from below: Node's IPC between parent and child has this shape. */
export interface MessagePort {
  send(message: unknown): void
  onMessage(listener: (message: unknown) => void): void
  onClose(listener: () => void): void
}

/**
 * Calls between the supervisor and one child. Calls may overlap and are answered in any order. When the other side goes,
 * every open call fails with WEIR-2002, `closed` resolves, and later calls fail at once. Nothing is retried here.
 */
export interface Channel<Remote extends Methods> {
  call<Name extends keyof Remote & string>(
    name: Name,
    params: Parameters<Remote[Name]>[0],
    options?: { readonly timeoutMs?: number },
  ): Promise<Awaited<ReturnType<Remote[Name]>>>
  readonly closed: Promise<void>
}

type Message =
  | { readonly id: number; readonly call: string; readonly params: unknown }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly error: { code: string; message: string; details: Record<string, unknown> } }

interface OpenCall {
  readonly resolve: (result: never) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}

const callTimeoutMs = 30_000

export function openChannel<Remote extends Methods>(port: MessagePort, local: Methods): Channel<Remote> {
  const open = new Map<number, OpenCall>()
  let lastId = 0
  let gone = false
  const closed = new Promise<void>((resolve) => port.onClose(() => (failAll(), resolve())))

  port.onMessage((received) => {
    const message = received as Message
    if ('call' in message) void answer(message)
    else settle(message)
  })

  async function answer({ id, call, params }: Extract<Message, { call: string }>): Promise<void> {
    let reply: Message
    try {
      const method = local[call]
      if (!method) throw new WeirError('WEIR-9001', `no method ${call} on this side of the channel`)
      reply = { id, result: (await method(params as never)) ?? null }
    } catch (thrown) {
      const { code, message, details } = asWeirError(thrown)
      reply = { id, error: { code, message, details: { ...details } } }
    }
    if (!gone) port.send(reply)
  }

  function settle(message: Exclude<Message, { call: string }>): void {
    const call = open.get(message.id)
    if (!call) return
    open.delete(message.id)
    clearTimeout(call.timer)
    if ('result' in message) call.resolve(message.result as never)
    else call.reject(revive(message.error))
  }

  function failAll(): void {
    gone = true
    for (const call of open.values()) {
      clearTimeout(call.timer)
      call.reject(new WeirError('WEIR-2002', 'the process at the other end has gone'))
    }
    open.clear()
  }

  return {
    closed,
    call: (name, params, options) =>
      new Promise((resolve, reject) => {
        if (gone)
          return reject(new WeirError('WEIR-2002', `cannot call ${name}: the process at the other end has gone`))
        const id = ++lastId
        const timeoutMs = options?.timeoutMs ?? callTimeoutMs
        const timer = setTimeout(() => {
          open.delete(id)
          reject(new WeirError('WEIR-2004', `${name} was not answered within ${timeoutMs} ms`))
        }, timeoutMs)
        open.set(id, { resolve: resolve as OpenCall['resolve'], reject, timer })
        port.send({ id, call: name, params })
      }),
  }
}

function revive(error: { code: string; message: string; details: Record<string, unknown> }): WeirError {
  const code = (error.code in catalogue ? error.code : 'WEIR-9001') as ErrorCode
  return new WeirError(code, error.message, { details: error.details })
}
