import { decide } from '../../access/decide.ts'
import type { Policy, TableAction } from '../../access/policy.ts'
import type { Principal } from '../../access/principal.ts'
import type { AccessTarget } from '../../access/table-pattern.ts'
import type { AsPrincipal, CommitRequest, EngineHost, NewTableRequest, TableDefinition } from '../../sql/engine-host.ts'
import { denied } from '../../sql/bind/relation-rights.ts'
import { type Identities, principalOf } from './identities.ts'

type Need = readonly [action: TableAction, target: AccessTarget]

type Alteration = Extract<TableDefinition, { readonly define: 'alter' }>

type Changes = Pick<EngineHost, 'commit' | 'define' | 'stage'>

/**
 * What sessions change of tables, each change decided by the policies of that moment: also what was allowed when its statement ran,
 * and is not any more when it is committed.
 */
export function governedChanges(
  host: Changes,
  { policies, identities }: { readonly policies: () => Promise<readonly Policy[]>; readonly identities: Identities },
): Changes {
  const must = async ({ principal }: AsPrincipal, needs: readonly Need[]): Promise<void> => {
    const who = principalOf(principal, identities)
    if (who.kind === 'user') refuse(await policies(), who, needs)
  }
  const mustKeepMasks = async ({ principal }: AsPrincipal, alter: Alteration): Promise<void> => {
    const decision = decide(await policies(), principalOf(principal, identities), 'table:read', targetOf(alter))
    const masked = new Set(decision.allowed ? decision.masks.map(({ column }) => column) : [])
    for (const { change, name } of alter.changes)
      if ((change === 'rename' || change === 'drop') && masked.has(name.toLowerCase()))
        throw denied(alter, `its column "${name}" is masked, and whoever renames or drops it takes it out of its mask`)
  }
  return {
    async commit({ principal, ...request }: CommitRequest & AsPrincipal) {
      await must({ principal: principal ?? null }, request.tables.flatMap(needsOfCommit))
      return host.commit(request)
    },
    async define({ principal, ...request }: TableDefinition & AsPrincipal) {
      const definition = request as TableDefinition
      await must({ principal: principal ?? null }, needsOf(definition))
      if (definition.define === 'alter') await mustKeepMasks({ principal: principal ?? null }, definition)
      return host.define({ ...definition, principal: principal ?? null })
    },
    async stage({ principal, ...request }: NewTableRequest & AsPrincipal) {
      await must({ principal: principal ?? null }, [['table:create', targetOf(request)]])
      return host.stage(request)
    },
  }
}

function refuse(policies: readonly Policy[], principal: Principal, needs: readonly Need[]): void {
  for (const [action, target] of needs) {
    const decision = decide(policies, principal, action, target)
    const name = { schema: target.namespace.join('.'), name: target.name ?? '*' }
    if (!decision.allowed) throw denied(name, decision.reason)
    const [mask] = decision.masks
    if (mask) throw denied(name, `its column "${mask.column}" is masked, and whoever renames it shows it`)
  }
}

function needsOfCommit({ schema, name, creates }: CommitRequest['tables'][number]): readonly Need[] {
  return [[creates ? 'table:create' : 'table:write', targetOf({ schema, name })]]
}

/** Every change of the catalog that there is. A rename takes a table out of what names it, so it takes all rights on it. */
function needsOf(definition: TableDefinition): readonly Need[] {
  switch (definition.define) {
    case 'create':
      return [['table:create', targetOf(definition)]]
    case 'drop':
      return [['table:drop', targetOf(definition)]]
    case 'rename':
      return [
        ...(['table:drop', 'table:write', 'table:read'] as const).map(
          (action) => [action, targetOf(definition)] as const,
        ),
        ['table:create', targetOf({ schema: definition.schema, name: definition.to })],
      ]
    case 'alter':
      return [['table:write', targetOf(definition)]]
    case 'create schema':
      return [['table:create', { namespace: [definition.schema], name: null }]]
    case 'drop schema':
      return [['table:drop', { namespace: [definition.schema], name: null }]]
  }
}

function targetOf({ schema, name }: { readonly schema: string; readonly name: string }): AccessTarget {
  return { namespace: [schema], name }
}
