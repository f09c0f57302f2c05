import type { Broker } from './broker.ts'
import type { Cluster } from './cluster.ts'
import { withRetries } from './retry.ts'

/** Asks the broker that coordinates a group, and looks for it anew after each failure. */
export function callCoordinator<T>(
  cluster: Cluster,
  group: string,
  deadlineMs: number,
  attempt: (broker: Broker, timeoutMs: number) => Promise<T>,
): Promise<T> {
  return withRetries(`group ${group}`, deadlineMs, async (timeoutMs) => {
    try {
      return await attempt(await cluster.coordinator(group, timeoutMs), timeoutMs)
    } catch (error) {
      cluster.forgetCoordinator(group)
      throw error
    }
  })
}
