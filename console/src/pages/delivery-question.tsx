import { useState } from 'react'
import type { HaltAnswer, HaltQuestion } from '../api/halt-question.ts'
import { Command } from '../parts/command.tsx'
import { Confirm } from '../parts/confirm.tsx'
import { shell } from '../parts/shell.ts'

/** What a halted delivery asks: why it stopped, and each answer with what it does to the data. */
export function DeliveryQuestion(props: {
  readonly name: string
  readonly question: HaltQuestion
  readonly isAnswering: boolean
  readonly onAnswer: (choice: string) => void
}) {
  const { name, question, isAnswering, onAnswer } = props
  const { code, reason, remedy, answers } = question
  const [asking, setAsking] = useState<HaltAnswer>()
  return (
    <section className="card question" role="alert" aria-label="The delivery has halted and asks">
      <h2>
        <span className="state" data-tone="failed">
          <span aria-hidden="true">✕</span> It has halted and asks
        </span>
      </h2>
      <p>{reason}</p>
      <p className="quiet">
        Nothing is read or committed until it is answered. <Command>{shell`weir explain ${code}`}</Command>
      </p>
      {answers.length === 0 ? <p>{remedy}</p> : null}
      <ul className="plain answers">
        {answers.map((answer) => (
          <li key={answer.choice}>
            <button type="button" disabled={isAnswering} onClick={() => setAsking(answer)}>
              {answer.title} …
            </button>
            <div>
              <p>{answer.consequence}</p>
              <Command>{shell`weir delivery resume ${name} --${answer.choice}`}</Command>
            </div>
          </li>
        ))}
      </ul>
      {asking ? (
        <Confirm
          title={`${asking.title}: ${name}`}
          action={asking.title}
          {...(asking.leavesOut ? { typeName: name } : {})}
          onConfirm={() => onAnswer(asking.choice)}
          onClose={() => setAsking(undefined)}
        >
          <p>{reason}</p>
          <p>{asking.consequence}</p>
          <p className="quiet">The audit keeps this.</p>
        </Confirm>
      ) : null}
    </section>
  )
}
