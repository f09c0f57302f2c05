import { useTableClients } from '../../api/tables.ts'
import { Command } from '../../parts/command.tsx'
import { CopiedText } from '../../parts/copied-text.tsx'
import { ErrorNotice, Loading } from '../../parts/notice.tsx'
import { shell } from '../../parts/shell.ts'

/** The lines that read the table elsewhere. */
export function TableClients({ name }: { readonly name: string }) {
  const clients = useTableClients(name)
  if (clients.isLoadingError) return <ErrorNotice error={clients.error} retry={() => void clients.refetch()} />
  if (!clients.data) return <Loading height={500} />
  return (
    <>
      <p className="quiet lead">
        Each is written for this machine. Where Weir asks for a password or a token, they are taken from WEIR_PASSWORD
        and WEIR_TOKEN. <Command>{shell`weir table clients ${name}`}</Command>
      </p>
      {clients.data.items.map((client) => (
        <section key={client.name} className="card" aria-label={client.title}>
          <h2>{client.title}</h2>
          <p className="quiet lead">
            Reads {client.reads}. Needs {client.needs}.
          </p>
          <CopiedText label={client.title}>{client.text}</CopiedText>
        </section>
      ))}
    </>
  )
}
