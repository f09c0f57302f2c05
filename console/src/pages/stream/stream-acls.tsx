import { useAcls } from '../../api/streams.ts'
import { Command } from '../../parts/command.tsx'
import { Empty, ErrorNotice, Loading } from '../../parts/notice.tsx'
import { shell } from '../../parts/shell.ts'

/** Who may do what with the stream: rules about its name, and about prefixes that it begins with. */
export function StreamAcls({ name }: { readonly name: string }) {
  const acls = useAcls(name)
  if (acls.isLoadingError) return <ErrorNotice error={acls.error} retry={() => void acls.refetch()} />
  if (!acls.data) return <Loading height={240} />
  const { enabled, items } = acls.data
  if (!enabled)
    return (
      <Empty>
        ACLs say which users may read, write and change a stream. Here everybody may: authorization is off.
        streams.authorization in weir.config.ts turns it on.
      </Empty>
    )
  if (items.length === 0)
    return (
      <Empty command={shell`weir stream acls --add --allow-principal User:ada --operation read --stream ${name}`}>
        No ACL is about this stream.
      </Empty>
    )
  return (
    <>
      <div className="row">
        <Command>{shell`weir stream acls --stream ${name}`}</Command>
      </div>
      <section className="card scroll" tabIndex={0} aria-label="ACLs">
        <table>
          <thead>
            <tr>
              <th>Principal</th>
              <th>Permission</th>
              <th>Operation</th>
              <th>Host</th>
              <th>About</th>
            </tr>
          </thead>
          <tbody>
            {items.map((acl) => (
              <tr key={Object.values(acl).join(' ')}>
                <td className="mono">{acl.principal}</td>
                <td>
                  {acl.permission === 'deny' ? (
                    <span className="state" data-tone="failed">
                      ✕ deny
                    </span>
                  ) : (
                    acl.permission
                  )}
                </td>
                <td>{acl.operation}</td>
                <td className="mono">{acl.host}</td>
                <td>
                  {acl.pattern === 'prefixed' ? 'all that begin with ' : null}
                  <span className="mono">{acl.resource}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  )
}
