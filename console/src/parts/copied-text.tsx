import { CopyButton } from './command.tsx'

/** Several lines, to be copied. */
export function CopiedText({ label, children }: { readonly label: string; readonly children: string }) {
  return (
    <div className="copied">
      <CopyButton what={`the lines of ${label}`} text={children} />
      <pre className="code" role="group" tabIndex={0} aria-label={`Lines of ${label}`}>
        {children}
      </pre>
    </div>
  )
}
