/** The field ids of a file of position deletes (Iceberg specification, reserved field ids). */
export const deletedPathId = 2147483546
export const deletedPositionId = 2147483545
