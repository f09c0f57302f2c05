import { createColors } from 'picocolors'

/** Colours for people at a terminal: what goes into a pipe or a file is plain, in a CI job too. */
const colors = createColors(process.stdout.isTTY === true && process.env['NO_COLOR'] === undefined)

export default colors
