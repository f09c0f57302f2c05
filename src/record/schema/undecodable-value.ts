/** Bytes that do not hold what their schema says. */
export class UndecodableValue extends Error {}
