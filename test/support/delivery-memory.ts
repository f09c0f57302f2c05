import type { Adoption, DeletedTopic, DeliveryMemory } from '../../src/delivery/delivery-memory.ts'

/** A delivery's memory that lives as long as a test; what the log remembers of deleted topics is said by the test. */
export class TestMemory implements DeliveryMemory {
  remembered: Adoption | null = null
  readonly deleted: DeletedTopic[] = []

  async adoption(): Promise<Adoption | null> {
    return this.remembered
  }

  async adopt(adoption: Adoption): Promise<void> {
    this.remembered = adoption
  }

  async deletedTopics(): Promise<readonly DeletedTopic[]> {
    return this.deleted
  }
}
