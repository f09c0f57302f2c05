/** One login by one mechanism: tokens go to and fro until it is known who the client is. */
export interface SaslExchange {
  /** Takes the client's next token; with a user the login is done. Throws LoginFailed. */
  step(token: Buffer): Promise<SaslStep>
}

export interface SaslStep {
  readonly token: Buffer
  readonly user?: string
}

/** The client has not proven who it is. The reason is for our log: the client hears the same for all of them. */
export class LoginFailed extends Error {
  /** Whom it claimed to be, when it got that far. */
  readonly user: string | undefined

  constructor(reason: string, user?: string) {
    super(reason)
    this.name = 'LoginFailed'
    this.user = user
  }
}
