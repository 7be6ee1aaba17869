import Lathe
import Synchronization

/// How progress is shown.
enum ProgressStyle: String, CaseIterable {
  case bar, json, none
}

/// Shows progress on standard error: a bar on a terminal, or one line of JSON a second.
final class ProgressPrinter: ProgressObserver {
  private struct State {
    var total: UInt64 = 0
    var lastShown: ContinuousClock.Instant?
    var width = 0
  }

  private let style: ProgressStyle
  private let start = ContinuousClock.now
  private let state = Mutex(State())

  init(_ style: ProgressStyle) { self.style = style }

  func began(totalBytes: UInt64, tensors: Int) {
    state.withLock { $0.total = totalBytes }
    event("began", [("bytes", .int(Int(totalBytes))), ("tensors", .int(tensors))])
  }

  func advanced(bytes: UInt64, tensor: String) {
    let now = ContinuousClock.now
    let interval: Duration = style == .bar ? .milliseconds(100) : .seconds(1)
    let total = state.withLock { state -> UInt64? in
      if let last = state.lastShown, now - last < interval { return nil }
      if state.lastShown == nil, now - start < interval { return nil }
      state.lastShown = now
      return state.total
    }
    guard let total else { return }
    let seconds = (now - start).seconds
    let rate = seconds > 0 ? Double(bytes) / seconds : 0
    let left = rate > 0 ? Double(total - min(total, bytes)) / rate : 0
    if style == .bar { return bar(bytes, total, rate, left, tensor) }
    event(
      "progress",
      [
        ("bytes", .int(Int(bytes))), ("total", .int(Int(total))), ("tensor", .string(tensor)),
        ("bytes_per_second", .int(Int(rate))), ("seconds_left", .double(left)),
      ])
  }

  func syncing() {
    if style == .bar { show("syncing") } else { event("syncing", []) }
  }

  func ended(_ report: RunReport) {
    if style == .bar { return clear() }
    event("done", [("bytes", .int(Int(report.bytes))), ("seconds", .double(report.seconds))])
  }

  /// Removes the bar, so that a message begins on a clean line.
  func clear() {
    let width = state.withLock { state in
      defer { state.width = 0 }
      return state.width
    }
    if width > 0 { Output.raw("\r" + String(repeating: " ", count: width) + "\r") }
  }

  private func bar(
    _ bytes: UInt64, _ total: UInt64, _ rate: Double, _ left: Double, _ tensor: String
  ) {
    let share = total == 0 ? 1 : Double(bytes) / Double(total)
    let filled = Int(share * 24)
    let blocks =
      String(repeating: "#", count: filled) + String(repeating: ".", count: 24 - filled)
    show(
      "[\(blocks)] \(ByteText.fixed(share * 100, 0))%  \(ByteText.size(UInt64(rate)))/s  "
        + "\(ByteText.fixed(left, 0)) s left  \(tensor)")
  }

  private func show(_ text: String) {
    let line = String(text.prefix(100))
    let padding = state.withLock { state in
      defer { state.width = line.count }
      return max(0, state.width - line.count)
    }
    Output.raw("\r" + line + String(repeating: " ", count: padding))
  }

  private func event(_ name: String, _ members: [(String, JSONValue)]) {
    guard style == .json else { return }
    let pairs = [("event", JSONValue.string(name))] + members
    Output.raw(JSONValue.object(.init(pairs) { first, _ in first }).text() + "\n")
  }
}

extension Duration {
  /// The duration in seconds.
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
