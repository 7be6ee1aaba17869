internal import Synchronization

/// Memories that wait for the next text.
final class BytePairMemoryPool: Sendable {
  /// Hands a memory from one thread to another.
  private struct Box: @unchecked Sendable { let memory: BytePairMemory }

  private let waiting = Mutex<[Box]>([])

  /// A memory for one text.
  func take() -> BytePairMemory {
    waiting.withLock { $0.popLast() }?.memory ?? BytePairMemory()
  }

  /// Gives a memory back; one that a huge piece made large goes.
  func give(_ memory: BytePairMemory) {
    guard memory.capacity <= 1 << 16 else { return }
    let box = Box(memory: memory)
    waiting.withLock { $0.append(box) }
  }
}
