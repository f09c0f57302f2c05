/** Builds the console of a checkout when its sources are newer than console/dist. `node` is the program that runs vite. */
export function buildConsoleWhenStale(node: string): void
