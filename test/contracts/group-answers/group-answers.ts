import { openAnswers, type Answered, type Answers } from './answers.ts'
import { askAsClassicMember, askAsStaticMember, askAsWorker } from './classic-members.ts'
import { askAsStaticConsumer, askAsTwoConsumers, askToJoin } from './consumer-members.ts'
import { askAsSimpleConsumer } from './simple-consumers.ts'

const scripts: Readonly<Record<string, (answers: Answers) => Promise<void>>> = {
  'simple consumer': askAsSimpleConsumer,
  'classic member': askAsClassicMember,
  worker: askAsWorker,
  'static member': askAsStaticMember,
  'joining consumer': askToJoin,
  'two consumers': askAsTwoConsumers,
  'static consumer': askAsStaticConsumer,
}

/** What a broker that has no groups yet answers to members of both protocols: the same requests in the same order. */
export async function groupAnswers(port: number): Promise<readonly Answered[]> {
  const answers = await openAnswers(port)
  const all: Answered[] = []
  for (const [name, script] of Object.entries(scripts)) {
    const before = answers.all.length
    await script(answers)
    for (const [step, answer] of answers.all.slice(before)) all.push([`${name}: ${step}`, answer])
  }
  return all
}
