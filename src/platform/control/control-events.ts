import type { ControlEvent } from './control-plane.ts'

export interface ControlEvents {
  emit(event: ControlEvent): void
  subscribe(listener: (event: ControlEvent) => void): () => void
}

export function controlEvents(): ControlEvents {
  const listeners = new Set<(event: ControlEvent) => void>()
  return {
    emit: (event) => listeners.forEach((listener) => listener(event)),
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
