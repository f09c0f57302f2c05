import { torture, type TortureOptions } from './torture.ts'

// A torture in a process of its own: clients of a log that was killed may wait for it for ever, and end with this.
process.send!(await torture(JSON.parse(process.argv[2]!) as TortureOptions), () => process.exit())
