import { z } from 'zod'

export const sessionAnswer = z.object({
  name: z.string().nullable().describe('The user; null for an administrator who came in by the token, or without any.'),
  administrator: z.boolean(),
  groups: z.array(z.string()),
  signedIn: z.boolean().describe('By a session, which can be ended.'),
  hasUsers: z.boolean().describe('Whether somebody can sign in.'),
})
