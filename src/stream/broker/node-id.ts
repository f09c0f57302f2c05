/** There is one node. */
export const nodeId = 1
