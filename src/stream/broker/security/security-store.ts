import { randomBytes } from 'node:crypto'
import type { Files } from '../../../kernel/files/files.ts'
import { KafkaRefusal } from '../kafka-refusal.ts'
import { writeText } from '../storage/small-file.ts'
import { readState, storedState, type SecurityState } from './security-state.ts'

/** Users, ACLs and quotas, in one file. */
export interface SecurityStore {
  readonly state: SecurityState
  /**
   * Changes the state; what `make` answers is answered when that is durable (INV-S2). Changes come one after the other. Without a
   * state in the answer nothing is written. Rejects with KafkaRefusal when it cannot be; then the old state stands.
   */
  change<T>(make: (state: SecurityState) => { readonly state?: SecurityState; readonly answer: T }): Promise<T>
}

const secretBytes = 32

/** The first start of a log writes it. */
export async function hasSecurityStore(files: Files, directory: string): Promise<boolean> {
  return (await files.size(pathIn(directory))) !== undefined
}

/** WEIR-3020 when the file is there and not whole. `onChange` hears of each state, the first one too. */
export async function openSecurityStore(
  files: Files,
  directory: string,
  onChange: (state: SecurityState) => void,
): Promise<SecurityStore> {
  const path = pathIn(directory)
  let state!: SecurityState
  let last: Promise<unknown> = Promise.resolve()

  const write = async (next: SecurityState): Promise<void> => {
    await writeText(files, path, storedState(next))
    state = next
    onChange(next)
  }

  const tryWrite = async (next: SecurityState): Promise<void> => {
    try {
      await write(next)
    } catch (error) {
      throw new KafkaRefusal('KAFKA_STORAGE_ERROR', `${path} cannot be written: ${(error as Error).message}`)
    }
  }

  if (!(await hasSecurityStore(files, directory)))
    // Written down at once: what unknown users are asked must not change with each start.
    await write({ secret: randomBytes(secretBytes), users: new Map(), acls: [], quotas: [] })
  else onChange((state = readState(path, (await files.read(path)).toString())))

  return {
    get state() {
      return state
    },
    change(make) {
      const changed = last.then(async () => {
        const { state: wanted, answer } = make(state)
        if (wanted) await tryWrite(wanted)
        return answer
      })
      last = changed.catch(() => undefined)
      return changed
    },
  }
}

function pathIn(directory: string): string {
  return `${directory}/security.json`
}
