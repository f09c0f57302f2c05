import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ConsumerGroup } from '../../api/answers.ts'
import { deleteGroup } from '../../api/groups.ts'
import { Command } from '../../parts/command.tsx'
import { Confirm } from '../../parts/confirm.tsx'
import { formatCount } from '../../parts/format.ts'
import { ErrorNotice } from '../../parts/notice.tsx'
import { shell } from '../../parts/shell.ts'

/** A group that is gone begins anew where its consumers' own setting says. */
export function DeleteGroup(props: {
  readonly group: ConsumerGroup
  readonly onClose: () => void
  readonly onDone: () => void
}) {
  const { group, onClose, onDone } = props
  const queries = useQueryClient()
  const remove = useMutation({
    mutationFn: () => deleteGroup(group.group),
    async onSuccess() {
      await queries.invalidateQueries()
      onDone()
    },
  })
  const committed = group.partitions.filter((one) => one.committed !== null).length
  if (remove.isError) return <ErrorNotice error={remove.error} retry={() => remove.mutate()} />
  return (
    <Confirm
      title={`Delete the group ${group.group}`}
      action="Delete it"
      typeName={group.group}
      onConfirm={() => remove.mutate()}
      onClose={() => {
        if (remove.isIdle) onClose()
      }}
    >
      <p>
        Its offsets in {formatCount(committed)} {committed === 1 ? 'partition' : 'partitions'} are forgotten. Consumers
        that come again begin where their auto.offset.reset says. The audit keeps this.
      </p>
      <Command>{shell`weir stream delete-group ${group.group}`}</Command>
    </Confirm>
  )
}
