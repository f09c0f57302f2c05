import { z } from 'zod'

const plannedChange = z
  .strictObject({
    action: z.enum(['create', 'update', 'delete']),
    kind: z.string(),
    name: z.string(),
    lines: z.array(z.string()).readonly().describe('What changes, one line each.'),
    destroys: z.array(z.string()).readonly().describe('What is lost; such a step needs allowDestructive.'),
  })
  .meta({ id: 'PlannedChange' })

export const plan = z
  .strictObject({ project: z.string(), changes: z.array(plannedChange).readonly() })
  .meta({ id: 'Plan' })
