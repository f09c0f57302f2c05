import { asWeirError } from '../../../kernel/errors/weir-error.ts'
import type { TableName } from '../../../sql/engine-host.ts'
import { sqlError } from '../../../sql/sql-error.ts'
import type { DeliveryWorkers } from './delivery-workers.ts'

/**
 * Commits what the deliveries into the table have accepted. One that has stopped has nothing that queries see; one that is not ready
 * is waited for, and then SQLSTATE 57P03 says that rows would be missed.
 */
export async function flushTable(
  workers: Pick<DeliveryWorkers, 'names' | 'plan' | 'status' | 'flush'>,
  { schema, name }: TableName,
): Promise<null> {
  const into = workers.names().filter((delivery) => workers.plan(delivery)?.config.table === `${schema}.${name}`)
  await Promise.all(into.map((delivery) => flushOne(workers, delivery)))
  return null
}

async function flushOne(workers: Pick<DeliveryWorkers, 'status' | 'flush'>, delivery: string): Promise<void> {
  try {
    await workers.flush(delivery)
  } catch (error) {
    const { code, message } = asWeirError(error)
    const halted = (await workers.status(delivery)).map(
      (status) => status['halted'] as { readonly code: string } | null,
    )
    if (halted.some((one) => one?.code === code)) return
    throw sqlError(
      code,
      `rows that delivery ${delivery} has accepted cannot be committed now: ${message}`,
      { sqlstate: '57P03', hint: 'Try again; weir status shows the state of the delivery.' },
      error,
    )
  }
}
