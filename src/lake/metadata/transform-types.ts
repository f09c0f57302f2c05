import { primitiveOf } from '../../record/schema/primitive.ts'
import { bucketForm } from './bucket.ts'
import { takeApart } from './transform.ts'

/** Whether a transform takes values of a type (specification, partition transforms). `WEIR-4007` for one that it does not know. */
export function takesType(transform: string, type: string): boolean {
  const { name } = primitiveOf(type)
  switch (takeApart(transform)[0]) {
    case 'identity':
    case 'void':
      return true
    case 'bucket':
      return bucketForm(name) !== undefined
    case 'truncate':
      return ['int', 'long', 'decimal', 'string', 'binary'].includes(name)
    case 'year':
    case 'month':
    case 'day':
      return name === 'date' || name.startsWith('timestamp')
    case 'hour':
      return name.startsWith('timestamp')
  }
}
