import type { Shape } from '../../protocol/field.ts'
import { encodeResponse } from '../../protocol/messages.ts'
import type { Passage, RequestGate } from '../apis/handler.ts'
import { UnansweredError } from '../apis/produce.ts'
import { accessOf, fullAccess, type Denial } from './access.ts'
import type { Authorizer } from './acl/authorizer.ts'
import type { Access, Decision, Scene } from './guards/guard.ts'
import { guards, unguarded } from './guards/guard-table.ts'
import { internal, type Principal } from './principal.ts'
import type { ClientQuotas } from './quotas/client-quotas.ts'
import type { QuotaKey } from './quotas/quota.ts'
import { meterRequest } from './quotas/request-meter.ts'

/** The client of one connection. */
export interface GateClient {
  /** Undefined until it has logged in. */
  principal(): Principal | undefined
  readonly host: string
  /** Reads nothing from it for so long. */
  mute(ms: number): void
}

export interface GateServices {
  /** By the ACLs of now; undefined when nobody is asked what he may do. */
  authorizer(): Authorizer | undefined
  readonly quotas: ClientQuotas
  readonly scene: Pick<Scene, 'autoCreateTopics' | 'topicExists' | 'topicName'>
  readonly monotonic: () => number
  onDenial(denial: Denial, api: string): void
  readonly onThrottle: (quota: QuotaKey, ms: number) => void
}

/** Guards and quotas before the handlers, for one connection. */
export function createRequestGate(client: GateClient, services: GateServices): RequestGate {
  const { quotas } = services
  const metering = { ...services, mute: (ms: number) => client.mute(ms) }
  let known: { readonly authorizer: Authorizer; readonly access: Access } | undefined
  let asked = ''

  /** Made anew when ACLs have changed. */
  function accessOfNow(principal: Principal): Access {
    const authorizer = services.authorizer()
    if (!authorizer) return fullAccess
    if (known?.authorizer !== authorizer) {
      const onDenial = (denial: Denial): void => services.onDenial(denial, asked)
      known = { authorizer, access: accessOf(authorizer, { principal, host: client.host }, onDenial) }
    }
    return known.access
  }

  function decide<R extends Shape, S extends Shape>(
    { api, body: request, context: { apiVersion } }: Passage<R, S>,
    principal: Principal | undefined,
  ): Decision<R, S> {
    if (unguarded.has(api.key) || principal === internal) return { request }
    const guard = guards.get(api.key)
    if (!principal || !guard) throw new Error(`asked for ${api.name}, which nobody may ask, or not before it logged in`)
    asked = api.name
    const scene = { ...services.scene, apiVersion, access: accessOfNow(principal) }
    return guard.decide(request as never, scene) as unknown as Decision<R, S>
  }

  return {
    async pass<R extends Shape, S extends Shape>(passage: Passage<R, S>) {
      const { api, header, context, run } = passage
      const principal = client.principal()
      const isMetered = !quotas.isEmpty && principal !== undefined && principal !== internal
      const meter = isMetered
        ? meterRequest(passage, { user: principal.name, clientId: context.clientId }, metering)
        : undefined
      const decision = decide(passage, principal)
      const running =
        'refusal' in decision
          ? decision.refusal
          : meter
            ? run(meter.bounded(decision.request), { ...context, chargePartitions: meter.chargePartitions })
            : run(decision.request, context)
      meter?.ran()
      const answer = await running
      const whole = answer && 'complete' in decision && decision.complete ? decision.complete(answer) : answer
      const frame = meter ? meter.settle(whole) : whole && encodeResponse(api, header, whole)
      if (!whole && 'unanswered' in decision && decision.unanswered) throw new UnansweredError(decision.unanswered)
      return frame
    },
  }
}
