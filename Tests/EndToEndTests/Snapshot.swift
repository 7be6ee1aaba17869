import Foundation
import Testing
import _TestSupport

/// Texts that are to stay as they are, below Golden/.
enum Snapshot {
  /// Whether files are written instead of compared: only on the explicit RECORD_SNAPSHOTS=1.
  static let isRecording = ProcessInfo.processInfo.environment["RECORD_SNAPSHOTS"] == "1"

  /// Compares a text with the file of that name.
  static func check(_ name: String, _ text: String) throws {
    let url = URL(filePath: Golden.path(name))
    if isRecording {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: url)
      return
    }
    let expected = String(decoding: try Golden.bytes(name), as: UTF8.self)
    #expect(text == expected, "\(name) differs; RECORD_SNAPSHOTS=1 records it anew")
  }
}
