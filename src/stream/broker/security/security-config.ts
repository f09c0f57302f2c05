/** Who may do what, as the project says it. */
export interface SecurityConfig {
  /** Users that are there at each start, with their passwords. */
  readonly users?: Readonly<Record<string, string>>
  /** Without it nobody is asked what he may do, and there are no ACLs. */
  readonly authorization?: {
    /** As principals are written: `User:ada`. */
    readonly superUsers: readonly string[]
    /** What holds for a resource that no ACL is about; Kafka's allow.everyone.if.no.acl.found. */
    readonly allowEveryoneIfNoAcl: boolean
  }
}
